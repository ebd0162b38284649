"""A real Prometheus, from PATH or unpacked from Debian's package."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import debian
from tests.servers.processes import answers, cache, data_folder, free_port, serving


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A running Prometheus.

    Attributes:
        targets: file that says what is scraped; `scrape` writes it.
    """

    url: str
    pid: int
    targets: Path

    def scrape(self, hosts: Sequence[str]) -> None:
        """Scrape ``/metrics`` of these ``host:port`` from now on; Prometheus sees the file change."""
        text = json.dumps([{"targets": list(hosts), "labels": {"job": "world"}}])
        part = self.targets.with_suffix(".part")
        part.write_text(text)
        part.replace(self.targets)


def program() -> str:
    """Return the prometheus to run, unpacking Debian's into the cache where there is none."""
    if found := shutil.which("prometheus"):
        return found
    unpacked = cache() / "prometheus"
    if not unpacked.is_dir():
        debian.unpack("prometheus", unpacked, elsewhere="macOS: brew install prometheus")
    return str(unpacked / "usr" / "bin" / "prometheus")


@contextmanager
def running(scrape: Sequence[str] = ()) -> Iterator[Prometheus]:
    """Run an empty Prometheus that scrapes once a second while the block runs.

    Raises:
        ServerFailed: it could not be installed or started.
    """
    found = program()
    with data_folder("prometheus") as folder:
        address = f"127.0.0.1:{free_port()}"
        targets = folder / "targets.json"
        configuration = {
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
            "scrape_configs": [{"job_name": "world", "file_sd_configs": [{"files": [str(targets)]}]}],
        }
        # JSON is YAML.
        (folder / "prometheus.yml").write_text(json.dumps(configuration))
        with serving(
            [
                found,
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address={address}",
                f"--web.external-url=http://{address}",
                "--log.level=warn",
            ],
            folder=folder,
            name="prometheus",
            ready=lambda: answers(f"http://{address}/-/ready"),
            environment={"PATH": os.environ["PATH"], "TZ": "UTC"},
            seconds=30,
        ) as process:
            server = Prometheus(url=f"http://{address}", pid=process.pid, targets=targets)
            server.scrape(scrape)
            yield server
