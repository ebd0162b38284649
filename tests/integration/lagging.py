"""A slow line: a program on a terminal of its own, every byte to and from it late.

    python -m tests.integration.lagging SECONDS COMMAND [ARGUMENT]...

Bytes are delayed and nothing else: they keep their order and their distance in time, as on a link with a long
way to go. Those that arrive together on the other side are delivered together.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import sys
import termios
import time
import tty
from collections import deque

_SIZE = b"\0" * 8


class Direction:
    """One way of the line.

    Args:
        source, target: descriptors.
        delay: seconds.
    """

    def __init__(self, source: int, target: int, delay: float) -> None:
        self.source = source
        self._target = target
        self._delay = delay
        self._under_way: deque[tuple[float, bytes]] = deque()

    def take(self) -> bool:
        """Read what is there; False at the end of the line."""
        try:
            data = os.read(self.source, 65536)
        except OSError:  # EIO: nobody has the other end open any more
            return False
        self._under_way.append((time.monotonic() + self._delay, data))
        return bool(data)

    def due(self) -> float | None:
        """Seconds until something arrives; None when nothing is under way."""
        return max(0.0, self._under_way[0][0] - time.monotonic()) if self._under_way else None

    def deliver(self) -> None:
        """Write what has arrived."""
        now = time.monotonic()
        data = b""
        while self._under_way and self._under_way[0][0] <= now:
            data += self._under_way.popleft()[1]
        while data:
            data = data[os.write(self._target, data) :]


def carry(program: int, delay: float) -> None:
    """Carry bytes between our own terminal and the program's until it has ended and all has arrived."""
    there, back = Direction(0, program, delay), Direction(program, 1, delay)
    ended = False
    while not ended or back.due() is not None:
        waits = [due for due in (there.due(), back.due()) if due is not None]
        sources = [] if ended else [there.source, back.source]
        ready = select.select(sources, [], [], min(waits, default=None))[0]
        if there.source in ready and not there.take():
            return  # whoever watches has gone
        if back.source in ready:
            ended = not back.take()
        if not ended:
            there.deliver()
        back.deliver()


def main() -> int:
    """Run the command at the far end of the line; returns its exit status."""
    delay, command = float(sys.argv[1]), sys.argv[2:]
    child, program = pty.fork()
    if child == 0:
        os.execvp(command[0], command)
    fcntl.ioctl(program, termios.TIOCSWINSZ, fcntl.ioctl(0, termios.TIOCGWINSZ, _SIZE))
    before = termios.tcgetattr(0)
    tty.setraw(0)
    try:
        carry(program, delay)
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)
        os.close(program)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    sys.exit(main())
