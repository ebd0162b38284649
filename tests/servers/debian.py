"""Debian's packages: installed where we are root, or just unpacked where that is enough."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.servers.processes import ServerFailed, run

_POLICY = Path("/usr/sbin/policy-rc.d")


def install(packages: Sequence[str], *, elsewhere: str) -> None:
    """Install packages with apt-get.

    Args:
        elsewhere: what to do on a machine where this is not possible.

    Raises:
        ServerFailed: there is no apt-get, we are not root, or apt-get failed.
    """
    names = " ".join(packages)
    if not shutil.which("apt-get"):
        raise ServerFailed(f"{names} not found. {elsewhere}")
    if os.geteuid() != 0:
        raise ServerFailed(
            f"{names} not found. Run once: sudo apt-get install --no-install-recommends {names}"
        )
    print(f"servers: installing {names} (Debian)", file=sys.stderr)
    _update()
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    with _services_kept_from_starting():
        run(command, doing=f"installing {names}", seconds=900, env=environment)


def unpack(package: str, target: Path, *, elsewhere: str) -> None:
    """Unpack a package into a folder, installing nothing: no root is needed, and no service starts.

    Raises:
        ServerFailed: there is no apt-get, or it does not know the package.
    """
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise ServerFailed(f"{package} not found. {elsewhere}")
    print(f"servers: unpacking {package} (Debian)", file=sys.stderr)
    part = target.with_name(target.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    download = ["apt-get", "download", "-q", package]
    try:
        run(download, doing=f"downloading {package}", seconds=300, cwd=part)
    except ServerFailed as error:
        if os.geteuid() != 0:
            raise ServerFailed(f"{error}\nRun once: sudo apt-get update") from error
        _update()
        run(download, doing=f"downloading {package}", seconds=300, cwd=part)
    for archive in part.glob("*.deb"):
        run(["dpkg-deb", "-x", str(archive), str(part)], doing=f"unpacking {package}", seconds=120)
        archive.unlink()
    shutil.rmtree(target, ignore_errors=True)
    part.rename(target)


def _update() -> None:
    run(["apt-get", "update", "-q"], doing="reading Debian's package lists", seconds=300)


@contextmanager
def _services_kept_from_starting() -> Iterator[None]:
    """Keep a package's own service off its standard port (see invoke-rc.d(8)), then undo that."""
    if _POLICY.exists():
        yield
        return
    _POLICY.write_text("#!/bin/sh\nexit 101\n")
    _POLICY.chmod(0o755)
    try:
        yield
    finally:
        _POLICY.unlink()
