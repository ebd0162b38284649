"""The force-fallback switch: a script on the agents' own host that stops the AI path without the flag
service."""

from __future__ import annotations

import shlex
from pathlib import Path

from console.demo.acme import FEATURE

SCRIPT = """#!/bin/sh
# Forces the fallback of a feature, whatever its flag says. The app looks for a file of the feature's name.
#   force-fallback FEATURE             force it
#   force-fallback --is-forced FEATURE exit 0 when it is forced, 1 when not
#   force-fallback --dry-run FEATURE   prove that forcing would work, and change nothing
#   force-fallback --release FEATURE   let the flag decide again
set -eu
forced={forced}
app={app}

usage() {{
    echo "usage: force-fallback [--is-forced|--dry-run|--release] FEATURE" >&2
    exit 2
}}

action=force
case "${{1-}}" in
    --is-forced|--dry-run|--release) action=${{1#--}}; shift ;;
    -*) usage ;;
esac
[ $# -eq 1 ] || usage
feature=$1
if [ "$feature" != {feature} ]; then
    echo "force-fallback: no feature of this name on this host; there is: {feature}" >&2
    exit 2
fi

case $action in
    force)
        if [ ! -e "$forced/$feature" ]; then
            date -u +%Y-%m-%dT%H:%M:%SZ > "$forced/.$feature.$$"
            mv -f "$forced/.$feature.$$" "$forced/$feature"
        fi
        echo "fallback forced" ;;
    is-forced)
        if [ -e "$forced/$feature" ]; then
            echo "forced since $(cat "$forced/$feature")"
        else
            echo "not forced"
            exit 1
        fi ;;
    dry-run)
        if [ ! -w "$forced" ]; then
            echo "force-fallback: $forced cannot be written" >&2
            exit 1
        fi
        if ! kill -0 "$app" 2>/dev/null; then
            echo "force-fallback: the app does not run (process $app)" >&2
            exit 1
        fi
        echo "would force the fallback: $forced can be written, and the app (process $app) looks there" ;;
    release)
        rm -f "$forced/$feature"
        echo "released; the flag decides again" ;;
esac
"""


class ForceSwitch:
    """The script and what the app sees of it.

    Args:
        directory: the world's own; the script is put there.
        app: process id of the app that looks at the switch.
    """

    def __init__(self, directory: Path, app: int) -> None:
        self.script = directory / "force-fallback"
        forced = directory / "forced"
        forced.mkdir(mode=0o700)
        self._file = forced / FEATURE
        self.script.write_text(SCRIPT.format(forced=shlex.quote(str(forced)), app=app, feature=FEATURE))
        self.script.chmod(0o700)

    def forced(self) -> bool:
        """Whether the fallback is forced now."""
        return self._file.exists()
