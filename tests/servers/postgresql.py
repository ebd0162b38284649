"""A PostgreSQL cluster of our own: no system service, no socket file, gone with its folder."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers import debian
from tests.servers.processes import free_port, run, serving

# Durability off: the data is gone in a minute anyway, and Unleash's 200 migrations take a third of the time.
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "30",
}


@dataclass(frozen=True, slots=True)
class PostgreSQL:
    """A running cluster; the superuser is ``unleash``, the database ``postgres``."""

    port: int
    password: str = field(repr=False)


def programs() -> Path:
    """Return the folder with initdb, postgres and pg_isready, installing them where we can.

    Debian keeps them out of PATH, one folder a version: the newest counts.
    """
    for _ in range(2):
        debians = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[4]))
        if debians:
            return debians[-1].parent
        if found := shutil.which("initdb"):
            return Path(found).resolve().parent
        debian.install(["postgresql"], elsewhere="macOS: brew install postgresql")
    raise FileNotFoundError("initdb, right after postgresql was installed")


@contextmanager
def running(folder: Path) -> Iterator[PostgreSQL]:
    """Run a new cluster in ``folder`` while the block runs. Root lends it to the user ``postgres``.

    Raises:
        ServerFailed: it could not be installed, made or started.
    """
    found = programs()
    # PostgreSQL refuses to run as root.
    user = "postgres" if os.geteuid() == 0 else None
    home = folder / "postgresql"
    home.mkdir(mode=0o700)
    cluster = PostgreSQL(port=free_port(), password=secrets.token_hex(16))
    password = home / "password"
    password.write_text(cluster.password)
    password.chmod(0o600)
    if user:
        shutil.chown(home, user, user)
        shutil.chown(password, user, user)
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"}
    data = home / "data"
    run(
        [
            str(found / "initdb"),
            f"--pgdata={data}",
            "--username=unleash",
            f"--pwfile={password}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--no-sync",
        ],
        doing=f"making a database in {home} (can the user {user or 'you'} get there? else set TMPDIR)",
        seconds=60,
        cwd=home,
        env=environment,
        user=user,
        group=user,
        extra_groups=[] if user else None,
    )
    settings = [part for key, value in _SETTINGS.items() for part in ("-c", f"{key}={value}")]
    is_ready = [str(found / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(cluster.port)]
    with serving(
        [str(found / "postgres"), "-D", str(data), "-p", str(cluster.port), *settings],
        folder=home,
        name="postgresql",
        ready=lambda: subprocess.run(is_ready, check=False).returncode == 0,
        environment=environment,
        user=user,
        stop=signal.SIGINT,  # "fast" shutdown: disconnects its clients
        seconds=30,
    ):
        yield cluster
