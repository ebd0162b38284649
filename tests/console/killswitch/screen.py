"""A screen, as far as a kill is concerned: a process on a terminal that holds an executor.

    python -m tests.console.killswitch.screen CONFIG FEATURE

It starts an executor, prints "ready" when that is prepared, and waits for a line. On "go" it confirms the
kill and prints "gone"; on "half" it says that the word stands half typed. What the executor reports after
that, it never reads.
"""

from __future__ import annotations

import select
import sys
from pathlib import Path

from console.identity import operator
from console.killswitch.client import ExecutorClient


def main() -> None:
    client = ExecutorClient.start(Path(sys.argv[1]), sys.argv[2], operator=operator("Mara Voss"))
    while not client.receive():
        select.select([client], [], [])
    print("ready", client.pid, flush=True)
    for line in sys.stdin:
        if line.strip() == "go":
            client.go("from the terminal")
            print("gone", flush=True)
        elif line.strip() == "half":
            client.typing(True)
            print("typing", flush=True)
        elif line.strip() == "leave":
            client.leave()
            print("left", flush=True)


if __name__ == "__main__":
    main()
