"""A real Unleash (open source edition) from npm, on a PostgreSQL of its own."""

from __future__ import annotations

import fcntl
import os
import platform
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import Request, urlopen

from tests.servers import debian, postgresql
from tests.servers.processes import (
    ServerFailed,
    answers,
    cache,
    data_folder,
    free_port,
    run,
    serving,
    wait_until,
)

VERSION = "7.5.1"
NODE = 20
"""What Unleash 7.5.1 needs at least; Debian 12 has 18."""


@dataclass(frozen=True, slots=True)
class Unleash:
    """A running Unleash with the environments ``development`` and ``production``.

    Attributes:
        admin: may do everything.
        frontend, backend: for the project ``default`` in production.
        pid: of its process.
    """

    url: str
    pid: int
    admin: str = field(repr=False)
    frontend: str = field(repr=False)
    backend: str = field(repr=False)


def node() -> str:
    """Return a node that is new enough: from PATH, else from npm."""
    found = shutil.which("node")
    if found:
        version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
        if int(version.lstrip("v").split(".")[0]) >= NODE:
            return found
    machine = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine())
    if sys.platform != "linux" or machine is None:
        raise ServerFailed(f"Unleash {VERSION} needs node {NODE} or newer. macOS: brew install node")
    package = f"node-linux-{machine}"
    return str(_npm_install(f"{package}@{NODE}", f"node-{NODE}") / "node_modules" / package / "bin" / "node")


def server() -> Path:
    """Return the folder Unleash is installed in, installing it first where it is not."""
    return _npm_install(f"unleash-server@{VERSION}", f"unleash-{VERSION}") / "node_modules" / "unleash-server"


def _npm_install(package: str, name: str) -> Path:
    """Install an npm package into the cache once; two that want it at a time do it once."""
    target = cache() / name
    with (cache() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if target.is_dir():
            return target
        if not shutil.which("npm"):
            debian.install(["nodejs", "npm"], elsewhere="macOS: brew install node")
        print(f"servers: installing {package} (npm)", file=sys.stderr)
        part = target.with_name(name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        (part / "package.json").write_text('{"private": true}\n')
        # Its packages' install scripts build optional native parts and report usage: neither is wanted.
        command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", package]
        run(command, doing=f"installing {package}", seconds=600, cwd=part)
        part.rename(target)
    return target


@contextmanager
def running() -> Iterator[Unleash]:
    """Run an empty Unleash while the block runs.

    Raises:
        ServerFailed: a part could not be installed or started.
    """
    program, interpreter = server(), node()
    with data_folder("unleash") as folder, postgresql.running(folder) as database:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        admin, frontend, backend = (
            f"{scope}.{secrets.token_hex(28)}"
            for scope in ("*:*", "default:production", "default:production")
        )
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "TZ": "UTC",
            "NODE_ENV": "production",
            "DATABASE_HOST": "127.0.0.1",
            "DATABASE_PORT": str(database.port),
            "DATABASE_NAME": "postgres",
            "DATABASE_USERNAME": "unleash",
            "DATABASE_PASSWORD": database.password,
            "DATABASE_SSL": "false",
            "HTTP_HOST": "127.0.0.1",
            "HTTP_PORT": str(port),
            "UNLEASH_URL": url,
            "LOG_LEVEL": "warn",
            "CHECK_VERSION": "false",
            "SEND_TELEMETRY": "false",
            "INIT_ADMIN_API_TOKENS": admin,
            "INIT_FRONTEND_API_TOKENS": frontend,
            "INIT_BACKEND_API_TOKENS": backend,
        }
        with serving(
            [interpreter, str(program / "dist" / "server.js")],
            folder=folder,
            name="unleash",
            ready=lambda: answers(f"{url}/health"),
            environment=environment,
            seconds=120,
        ) as process:
            ready = Unleash(url=url, pid=process.pid, admin=admin, frontend=frontend, backend=backend)
            _wait_for_tokens(ready)
            yield ready


def _wait_for_tokens(unleash: Unleash) -> None:
    """Wait until each token is known: Unleash loads them a moment after it says that it is healthy."""
    calls = (
        ("/api/admin/projects", unleash.admin),
        ("/api/frontend", unleash.frontend),
        ("/api/client/features", unleash.backend),
    )

    def accepted(path: str, token: str) -> bool:
        try:
            with urlopen(Request(unleash.url + path, headers={"Authorization": token}), timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    for path, token in calls:
        if not wait_until(lambda path=path, token=token: accepted(path, token), seconds=15):  # type: ignore[misc]
            raise ServerFailed(f"unleash does not accept its own token at {re.sub('//.*@', '//', path)}")
