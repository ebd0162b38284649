"""A kill in a network of its own, in which nothing can be reached but the flag's provider.

    unshare --map-root-user --net python -m tests.console.killswitch.offline FOLDER

Prints a line of JSON: what became of the kill, and of an attempt to reach anything else.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import socket
import struct
import sys
from contextlib import closing
from functools import partial
from pathlib import Path

from tests.console.killswitch.house import House
from tests.integration.command import console
from tests.servers.misbehaving import KEY, Misbehaving

ELSEWHERE = """
[feature.traffic]
provider = "prometheus"
url = "http://prometheus.example.com:9090"
ai = "sum(ai)"
fallback = "sum(fallback)"

[feature.evaluate]
provider = "ofrep"
url = "http://198.51.100.7:8080"
contexts = [{ userId = "agent-1" }]

[feature.signals.errors]
provider = "prometheus"
url = "http://198.51.100.8:9090"
bad = "sum(bad)"
all = "sum(all)"
"""
_SET_FLAGS, _UP = 0x8914, 0x1 | 0x40
"""SIOCSIFFLAGS; IFF_UP and IFF_RUNNING (netdevice(7))."""


def loopback_up() -> None:
    """A new network has its loopback down."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as any_socket:
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh22x", b"lo", _UP))


def elsewhere() -> str:
    """What becomes of an attempt to reach anything but this machine."""
    try:
        socket.create_connection(("198.51.100.7", 8080), timeout=2).close()
    except OSError as error:
        return type(error).__name__
    return "reached"


async def main(folder: Path) -> None:
    loopback_up()
    async with Misbehaving() as server:
        house = House(folder, server)
        house.write(second_lever=False)
        house.config_path.write_text(house.config_path.read_text() + ELSEWHERE)
        kill = partial(
            console, "kill", "support-drafts", f"--confirm={KEY}", "--json", config=house.config_path
        )
        done = await asyncio.to_thread(kill)
        told = {
            "status": done.status,
            "on": server.flag.on,
            "rows": [row.kind for row in house.journal.rows(kinds=("intent",))],
            "elsewhere": elsewhere(),
            "talk": done.talk,
        }
        house.end_executors()
    print(json.dumps(told))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
