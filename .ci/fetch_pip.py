"""Fetch pip's own wheel, for a Python that came without pip: ``fetch_pip.py LOCK FOLDER``.

Prints the path of the wheel, which runs as it is: ``python pip.whl/pip install ...``. The index is the one
that the lock file names (or ``$PIP_INDEX_URL``), spoken to as PEP 503 says; what came is held against a known
SHA-256. Standard library only.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tomllib
import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser
from pathlib import Path

WHEEL = "pip-26.3-py3-none-any.whl"
SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"
SECONDS = 60


class Links(HTMLParser):
    """Collects where each file of a PEP 503 project page is."""

    def __init__(self) -> None:
        super().__init__()
        self.hrefs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the target of an anchor."""
        self.hrefs += [value for name, value in attrs if tag == "a" and name == "href" and value]


def index_of(lock: Path) -> str:
    """Return the URL of the index that ``lock`` takes its packages from."""
    if chosen := os.environ.get("PIP_INDEX_URL"):
        return chosen
    packages = tomllib.loads(lock.read_text())["package"]
    return next(str(p["source"]["registry"]) for p in packages if "registry" in p["source"])


def fetch(index: str, wheel: str) -> bytes:
    """Return the bytes of ``wheel``.

    Raises:
        LookupError: the index does not list it.
        OSError: the index cannot be reached.
    """
    page = index.rstrip("/") + "/pip/"
    with urllib.request.urlopen(page, timeout=SECONDS) as answer:  # noqa: S310 - the index of the lock file
        links = Links()
        links.feed(answer.read().decode())
    for href in links.hrefs:
        url = urllib.parse.urldefrag(urllib.parse.urljoin(page, href)).url
        if urllib.parse.urlsplit(url).path.endswith("/" + wheel):
            with urllib.request.urlopen(url, timeout=SECONDS) as answer:  # noqa: S310
                return bytes(answer.read())
    raise LookupError(wheel)


def main(lock: Path, folder: Path) -> int:
    """Fetch, check and keep the wheel; return the exit status."""
    index = index_of(lock)
    place = urllib.parse.urlsplit(index).hostname
    try:
        data = fetch(index, WHEEL)
    except LookupError:
        return fail(
            f"the package index at {place} does not have {WHEEL}. Install pip or uv, then run this again."
        )
    except OSError as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        return fail(
            f"could not fetch {WHEEL} from the package index at {place}: {reason}. "
            "Check the network and that ca-certificates is installed, or install uv; then run this again."
        )
    if hashlib.sha256(data).hexdigest() != SHA256:
        return fail(f"what {place} sent as {WHEEL} is not that file (its SHA-256 differs). Nothing was run.")
    target = folder / WHEEL
    target.write_bytes(data)
    print(target)
    return 0


def fail(sentence: str) -> int:
    """Say what went wrong; return the exit status for it."""
    print(f"setup: {sentence}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
