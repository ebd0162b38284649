"""A machine that ends everything at logout ends a kill under way; the doctor says so beforehand."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.doctor.finding import Severity
from console.doctor.logout import LogoutFacts, look_at_logout, of_logout

pytestmark = pytest.mark.requirement(25)

SESSION = "0::/user.slice/user-1000.slice/session-3.scope\n"
MANAGER = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/run-u7.scope\n"


def looked(
    tmp_path: Path, files: dict[str, str], *, login: str = "mara", cgroup: str = SESSION
) -> LogoutFacts:
    folders = [tmp_path / "lib", tmp_path / "etc"]
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"[Login]\n{text}\n")
    (tmp_path / "cgroup").write_text(cgroup)
    return look_at_logout(login, folders=folders, cgroup=tmp_path / "cgroup")


QUIET = {
    "nothing is said": {},
    "it says no": {"etc/logind.conf": "KillUserProcesses=no"},
    "it is a comment": {"etc/logind.conf": "#KillUserProcesses=yes"},
    "the login is excluded": {"etc/logind.conf": "KillUserProcesses=yes\nKillExcludeUsers=root mara"},
    "only others are killed": {"etc/logind.conf": "KillUserProcesses=yes\nKillOnlyUsers=guest"},
    "a later file says no": {
        "etc/logind.conf": "KillUserProcesses=yes",
        "etc/logind.conf.d/50-own.conf": "KillUserProcesses=no",
    },
    "the administrator's file of that name counts": {
        "lib/logind.conf.d/50-own.conf": "KillUserProcesses=yes",
        "etc/logind.conf.d/50-own.conf": "",
    },
}


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_a_machine_that_kills_nobody_is_fine(tmp_path: Path, files: dict[str, str]) -> None:
    (finding,) = of_logout(looked(tmp_path, files))
    assert finding.severity is Severity.FINE
    assert finding.what == "a kill under way outlives the login"


@pytest.mark.parametrize("written", ["yes", "true", "1", "on"])
def test_one_that_kills_is_a_warning_that_names_the_file_and_what_to_do(tmp_path: Path, written: str) -> None:
    (finding,) = of_logout(
        looked(tmp_path, {"lib/logind.conf.d/90-strict.conf": f"KillUserProcesses={written}"})
    )
    assert finding.severity is Severity.WARNING
    assert "90-strict.conf" in finding.what
    assert "KillExcludeUsers" in finding.todo


def test_root_is_excluded_unless_it_is_said_otherwise(tmp_path: Path) -> None:
    yes = {"etc/logind.conf": "KillUserProcesses=yes"}
    assert looked(tmp_path, yes, login="root").where == ""
    assert looked(
        tmp_path, {"etc/logind.conf": "KillUserProcesses=yes\nKillExcludeUsers="}, login="root"
    ).where


def test_a_process_of_the_users_own_manager_outlives_the_login(tmp_path: Path) -> None:
    facts = looked(tmp_path, {"etc/logind.conf": "KillUserProcesses=yes"}, cgroup=MANAGER)
    (finding,) = of_logout(facts)
    assert finding.severity is Severity.FINE
