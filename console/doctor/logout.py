"""Whether this machine ends everything that a person has started when they log out.

systemd-logind can (KillUserProcesses=, logind.conf(5)): then a kill's own process, whose session is its own
and which no hangup reaches, dies with the SSH connection all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from console.doctor.finding import Finding, Severity

FOLDERS = tuple(Path(place, "systemd") for place in ("/usr/lib", "/usr/local/lib", "/run", "/etc"))
"""The later ones count more; of files of one name in `logind.conf.d`, only the last one's."""
_YES = ("1", "yes", "true", "on")


@dataclass(frozen=True, slots=True)
class LogoutFacts:
    """What becomes of this person's processes.

    Attributes:
        where: the file that says that they are killed, or "": they are not.
        session: this process is part of a session that ends with a login.
    """

    where: str = ""
    session: bool = False


def of_logout(facts: LogoutFacts) -> Iterator[Finding]:
    """Judge it."""
    if not facts.where:
        yield Finding(Severity.FINE, "terminal", "", "logout", "a kill under way outlives the login")
        return
    what = f"KillUserProcesses=yes in {facts.where}: a kill under way dies with the SSH connection"
    todo = (
        "Set KillUserProcesses=no, or add your login to KillExcludeUsers=. Until then start the console by "
        "`systemd-run --user --scope`, with `loginctl enable-linger`."
    )
    severity = Severity.WARNING if facts.session else Severity.FINE
    yield Finding(severity, "terminal", "", "logout", what, todo if facts.session else "")


def look_at_logout(
    login: str, *, folders: Sequence[Path] = FOLDERS, cgroup: Path = Path("/proc/self/cgroup")
) -> LogoutFacts:
    """Read logind's configuration, and whose cgroup this process is in. Never raises."""
    settings, where = _settings(folders)
    excluded = settings.get("KillExcludeUsers", "root").split()
    only = settings.get("KillOnlyUsers", "").split()
    kills = settings.get("KillUserProcesses", "no").lower() in _YES
    if not kills or login in excluded or (only and login not in only):
        return LogoutFacts()
    try:
        scope = cgroup.read_text("ascii", "replace")
    except OSError:
        scope = ""
    # A scope of the user's own manager is no part of a login's session.
    return LogoutFacts(where["KillUserProcesses"], "/session-" in scope)


def _settings(folders: Sequence[Path]) -> tuple[dict[str, str], dict[str, str]]:
    """Each setting's last value, and the file that has it."""
    files = [folder / "logind.conf" for folder in folders]
    drop_ins: dict[str, Path] = {}
    for folder in folders:
        try:
            names = sorted(file.name for file in (folder / "logind.conf.d").iterdir())
        except OSError:
            continue
        drop_ins |= {name: folder / "logind.conf.d" / name for name in names if name.endswith(".conf")}
    settings: dict[str, str] = {}
    where: dict[str, str] = {}
    for file in [*files, *(drop_ins[name] for name in sorted(drop_ins))]:
        try:
            lines = file.read_text("utf-8", "replace").splitlines()
        except OSError:
            continue
        for line in lines:
            name, equals, value = line.strip().partition("=")
            if equals and not name.startswith(("#", ";")):
                settings[name.strip()], where[name.strip()] = value.strip(), str(file)
    return settings, where
