"""Who is at the keyboard."""

from __future__ import annotations

import os

import pytest

from console.identity import operator


@pytest.mark.requirement(23)
def test_the_traces_of_sudo_and_ssh_are_kept() -> None:
    who = operator("Mara Voss", {"SUDO_USER": "mara", "SSH_CONNECTION": "10.0.0.9 50022 10.0.0.1 22"})
    assert (who.name, who.uid) == ("Mara Voss", os.getuid())
    assert (who.sudo_user, who.ssh_connection) == ("mara", "10.0.0.9 50022 10.0.0.1 22")
    assert who.host
    assert who.as_dict()["name"] == "Mara Voss"


def test_without_a_name_it_is_the_login() -> None:
    who = operator("", {})
    assert who.name == (who.login or f"uid {os.getuid()}")
    assert (who.sudo_user, who.ssh_connection) == ("", "")
