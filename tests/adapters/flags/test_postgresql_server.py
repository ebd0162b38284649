"""A flag in a row of a real PostgreSQL (``make test-servers``): one row is changed or nothing is."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from adapters import registry
from adapters.errors import (
    AdapterError,
    BadCredentials,
    Conflict,
    Effect,
    Forbidden,
    NotFound,
    Refused,
    TimedOut,
    Unreachable,
)
from adapters.flags.port import ArmingCheck, FlagProvider, Rollout
from tests.console.drilling.person import Person
from tests.integration.command import console
from tests.servers import postgresql
from tests.servers.postgresql import PostgreSQL
from tests.servers.processes import data_folder, free_port

pytestmark = pytest.mark.servers

WHERE = "feature.flag of drafts"
KEY = "drafts-ai"
SECRET = "FLAGS_PASSWORD"
COLUMNS = {
    "table": "product.flags",
    "environment_column": "environment",
    "percent_column": "percent",
    "version_column": "version",
    "changed_at_column": "changed_at",
    "changed_by_column": "changed_by",
    "reason_column": "reason",
}
WRITTEN = "enabled, percent, version, changed_at, changed_by, reason"
SCHEMA = """
CREATE SCHEMA product;
CREATE TABLE product.flags (
    key text NOT NULL, environment text NOT NULL, enabled boolean NOT NULL, percent real, version integer,
    changed_at timestamptz, changed_by text, reason text, PRIMARY KEY (key, environment)
);
INSERT INTO product.flags VALUES
    ('drafts-ai', 'production', true, 25, 7, '2026-11-01T08:00:00Z', 'priya', ''),
    ('drafts-ai', 'staging', true, 100, 3, NULL, NULL, NULL),
    ('drafts-ai-drill', 'production', true, 100, 1, NULL, NULL, NULL);
"""


class Product:
    """The product's database, and the role that the console has in it."""

    def __init__(self, cluster: PostgreSQL) -> None:
        self.cluster = cluster
        self.user, self.password = f"console_{secrets.token_hex(4)}", secrets.token_hex(12)

    def owner(self) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host="127.0.0.1",
            port=self.cluster.port,
            user="unleash",
            password=self.cluster.password,
            dbname="postgres",
            autocommit=True,
        )

    def do(self, *statements: str) -> None:
        with self.owner() as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def row(self, environment: str = "production", key: str = KEY) -> tuple[Any, ...]:
        with self.owner() as connection:
            found = connection.execute(
                "SELECT enabled, percent, version FROM product.flags WHERE key = %s AND environment = %s",
                (key, environment),
            ).fetchone()
        assert found is not None
        return tuple(found)

    def table(self, **changes: Any) -> dict[str, Any]:
        table = {
            "host": "127.0.0.1",
            "port": self.cluster.port,
            "database": "postgres",
            "user": self.user,
            "password": f"env:{SECRET}",
            "key": KEY,
            **COLUMNS,
            **changes,
        }
        return {name: value for name, value in table.items() if value is not None}

    def flag(self, **changes: Any) -> FlagProvider:
        return registry.open_flag("postgresql", {"environment": "production", **self.table(**changes)}, WHERE)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgreSQL]:
    with ExitStack() as stack:
        folder = stack.enter_context(data_folder("flags"))
        yield stack.enter_context(postgresql.running(folder))


@pytest.fixture
def product(cluster: PostgreSQL, monkeypatch: pytest.MonkeyPatch) -> Iterator[Product]:
    """The table as it was made, and a role with the rights that docs/database-row.md names."""
    made = Product(cluster)
    monkeypatch.setenv(SECRET, made.password)
    made.do(
        "DROP SCHEMA IF EXISTS product CASCADE",
        SCHEMA,
        f"CREATE ROLE {made.user} LOGIN PASSWORD '{made.password}'",
        f"GRANT USAGE ON SCHEMA product TO {made.user}",
        f"GRANT SELECT ON product.flags TO {made.user}",
        f"GRANT UPDATE ({WRITTEN}) ON product.flags TO {made.user}",
    )
    yield made
    made.do("DROP SCHEMA product CASCADE", f"DROP ROLE {made.user}")


def config(product: Product, folder: Path, *, evaluate: str = "") -> Path:
    """A feature whose first lever is the row, and whose second is a command."""
    path, script = folder / "console.toml", folder / "force"
    script.write_text(
        f'#!/bin/sh\ncase "$1" in --is) test -e {folder}/forced;; *) touch {folder}/forced;; esac\n'
    )
    script.chmod(0o755)
    path.touch(mode=0o600)
    lines = "\n".join(f"{name} = {json.dumps(value)}" for name, value in product.table().items())
    path.write_text(f"""
[operator]
name = "Mara Voss"

[store]
path = "{folder / "store" / "console.db"}"
second = "{folder / "second" / "journal.db"}"

[[feature]]
key = "drafts"
environment = "production"

[feature.flag]
provider = "postgresql"
{lines}

[[feature.levers]]
provider = "command"
run = ["{script}"]
check = ["{script}", "--is"]
proof = "check"

[feature.restore]
hold_down = "0s"

[feature.rollout]
stages = [{{ name = "5%", percent = 5 }}, {{ name = "25%", percent = 25 }}]
{evaluate}
""")
    return path


async def run(*arguments: str, config: Path) -> Any:
    return await asyncio.to_thread(partial(console, *arguments, config=config))


async def check(provider: FlagProvider, name: str) -> ArmingCheck:
    return next(one for one in await provider.arm() if one.name == name)


async def test_a_switch_changes_this_row_alone_and_says_by_whom(product: Product) -> None:
    state = await product.flag().read()
    assert (state.on, state.percent, state.version) == (True, 25.0, "7")
    receipt = await product.flag().switch(False, reason="14 of 38", operator="Mara Voss")
    assert receipt.version == "8"
    assert product.row() == (False, 25.0, 8)
    assert product.row("staging") == (True, 100.0, 3)
    after = await product.flag().read()
    assert after.changed_by is not None
    assert after.changed_by.raw == "Mara Voss"
    assert after.changed_at is not None
    assert after.changed_at > (state.changed_at or after.changed_at)
    await product.flag().switch(False, reason="again", operator="Mara Voss")
    assert product.row() == (False, 25.0, 8)


@pytest.mark.requirement(14)
async def test_a_role_with_the_rights_that_suffice_is_armed_and_arming_writes_nothing(
    product: Product,
) -> None:
    before = product.row()
    checks = await product.flag().arm()
    assert all(one.holds for one in checks), checks
    assert product.row() == before


@pytest.mark.requirement(13)
async def test_a_role_that_may_only_read_is_not_armed_and_the_grant_is_said(product: Product) -> None:
    product.do(f"REVOKE UPDATE (enabled) ON product.flags FROM {product.user}")
    found = await check(product.flag(), "may write")
    assert found.holds is False
    assert found.todo.startswith("GRANT UPDATE (enabled")
    with pytest.raises(Forbidden) as raised:
        await product.flag().switch(False, reason="", operator="Mara")
    assert raised.value.effect is Effect.NONE
    assert product.row() == (True, 25.0, 7)


@pytest.mark.requirement(13)
async def test_a_role_that_takes_no_writes_is_not_armed(product: Product) -> None:
    product.do(f"ALTER ROLE {product.user} SET default_transaction_read_only = on")
    assert (await check(product.flag(), "may write")).holds is False
    with pytest.raises(Forbidden):
        await product.flag().switch(False, reason="", operator="Mara")


@pytest.mark.requirement(13)
@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"user": "nobody"}, BadCredentials),
        ({"database": "no_such"}, (NotFound, Forbidden)),
        ({"table": "product.features"}, NotFound),
        ({"on_column": "active"}, NotFound),
        ({"key": "drafts-2"}, NotFound),
        ({"environment_column": None}, Conflict),
    ],
    ids=["role", "database", "table", "column", "flag", "several rows"],
)
async def test_each_trouble_has_its_own_words_and_disarms(
    product: Product, changes: dict[str, Any], kind: type[AdapterError]
) -> None:
    with pytest.raises(kind) as raised:
        await product.flag(**changes).switch(False, reason="", operator="Mara")
    assert raised.value.effect is Effect.NONE
    assert product.password not in str(raised.value)
    assert any(one.holds is False for one in await product.flag(**changes).arm())
    assert product.row() == (True, 25.0, 7)


async def test_a_revoked_password_is_no_credential(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    product.do(f"ALTER ROLE {product.user} PASSWORD 'another'")
    with pytest.raises(BadCredentials):
        await product.flag().read()
    assert (await check(product.flag(), "token valid")).holds is False


async def test_a_server_that_is_not_there_is_unreachable(product: Product) -> None:
    with pytest.raises(Unreachable):
        await product.flag(port=free_port()).read()


@pytest.mark.requirement(2)
async def test_a_row_that_another_session_holds_is_waited_for_in_bounded_time(product: Product) -> None:
    with product.owner() as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM product.flags WHERE key = 'drafts-ai' FOR UPDATE")
        began = asyncio.get_running_loop().time()
        with pytest.raises(TimedOut) as raised:
            await product.flag().switch(False, reason="", operator="Mara")
        assert asyncio.get_running_loop().time() - began < 5
        assert raised.value.effect is Effect.NONE
        other.execute("ROLLBACK")
    assert product.row() == (True, 25.0, 7)


@pytest.mark.requirement(12)
async def test_a_trigger_is_said_beforehand_and_its_refusal_is_told(product: Product) -> None:
    product.do(
        "CREATE FUNCTION product.gate() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'wants an approval'; END $$",
        "CREATE TRIGGER gate BEFORE UPDATE ON product.flags FOR EACH ROW EXECUTE FUNCTION product.gate()",
    )
    assert (await check(product.flag(), "no approval gate")).holds is None
    with pytest.raises(Refused) as raised:
        await product.flag().switch(False, reason="", operator="Mara")
    assert raised.value.detail is not None
    assert "wants an approval" in raised.value.detail.raw


async def test_the_share_is_set_and_users_by_name_are_refused(product: Product) -> None:
    await product.flag().set_rollout(Rollout(5.0), reason="", operator="Mara")
    assert product.row() == (True, 5.0, 8)
    with pytest.raises(Refused):
        await product.flag().set_rollout(Rollout(5.0, ("agent-1",)), reason="", operator="Mara")


@pytest.mark.requirement(8)
async def test_console_kill_and_restore_hold_in_the_table(product: Product, tmp_path: Path) -> None:
    path = config(product, tmp_path)
    done = await run("kill", "drafts", f"--confirm={KEY}", config=path)
    assert done.status == 0, done.talk
    assert product.row() == (False, 25.0, 8)
    again = await run("kill", "drafts", f"--confirm={KEY}", config=path)
    assert again.status == 0
    assert "already killed" in again.out + again.talk
    assert product.row() == (False, 25.0, 8)
    done = await run("restore", "drafts", f"--confirm={KEY}", "--to=5%", "--reason=mended", config=path)
    assert done.status == 0, done.talk
    assert product.row()[:2] == (True, 5.0)
    assert product.password not in done.out + done.talk


@pytest.mark.requirement(3)
@pytest.mark.parametrize("trouble", ["locked", "no right", "not there"])
async def test_the_next_lever_is_used_when_the_row_cannot_be_changed(
    product: Product, tmp_path: Path, trouble: str
) -> None:
    path = config(product, tmp_path)
    with ExitStack() as stack:
        if trouble == "locked":
            other = stack.enter_context(product.owner())
            other.execute("BEGIN")
            other.execute("SELECT * FROM product.flags FOR UPDATE")
        elif trouble == "no right":
            product.do(f"REVOKE UPDATE (enabled) ON product.flags FROM {product.user}")
        else:
            path.write_text(
                path.read_text().replace(f"port = {product.cluster.port}", f"port = {free_port()}")
            )
        done = await run("kill", "drafts", f"--confirm={KEY}", "--json", config=path)
    assert done.status == 0, done.talk
    assert done.document()["killed_by_lever"] == 2
    assert forced(tmp_path)


def forced(folder: Path) -> bool:
    return (folder / "forced").exists()


@pytest.mark.requirement(16)
async def test_the_cards_commands_kill_and_undo_by_a_shell_and_the_password_is_no_argument(
    product: Product, tmp_path: Path
) -> None:
    provider = product.flag()
    for on in (False, True):
        switch, read = provider.sketches(on, careful=on)
        assert product.password not in switch.command + read.command
        assert f'PGPASSWORD="${SECRET}" ' in switch.command
        assert "UPDATE 1" in shell(switch.command)
        assert ("t" if on else "f") in shell(read.command).split()
        assert product.row()[0] is on
    missing = product.flag(key="it's not there").sketches(False)[0]
    assert "UPDATE 0" in shell(missing.command)
    done = await run("card", "drafts", config=config(product, tmp_path))
    assert product.password not in done.out
    assert "psql -X" in done.out


def shell(command: str) -> str:
    """What a person's shell prints."""
    environment = {**os.environ, "PATH": f"{postgresql.programs()}:{os.environ['PATH']}"}
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True, env=environment)
    return done.stdout


@pytest.mark.requirement(24)
@pytest.mark.parametrize("kind", ["rehearsal", "production"])
async def test_a_drill_whose_operator_vanishes_is_restored_exactly(
    product: Product, tmp_path: Path, kind: str
) -> None:
    path = config(product, tmp_path, evaluate='[feature.drill]\nflag = "drafts-ai-drill"\n')
    key = KEY if kind == "production" else f"{KEY}-drill"
    before = product.row(key=key)
    person = Person(path, kind, confirm=KEY, feature="drafts@production")
    await person.kills()
    assert product.row(key=key)[0] is False
    person.vanishes()
    async with asyncio.timeout(60):
        while product.row(key=key)[:2] != before[:2]:  # noqa: ASYNC110 - another process sets no event of ours
            await asyncio.sleep(0.1)
