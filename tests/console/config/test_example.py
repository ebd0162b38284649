"""The console.toml that comes with the project is true."""

import json
import re
from pathlib import Path

import pytest

from console.cli import main
from console.config import load
from console.config.bands import FITTING
from console.config.tables import SEVEN
from tests.integration import world
from tests.servers.processes import free_port

EXAMPLE = Path(__file__).parents[3] / "console.toml"


def test_every_table_of_the_example_is_accepted() -> None:
    config = load(EXAMPLE)
    assert config.broken == ()
    (feature,) = config.features
    assert feature.faults == ()
    assert feature.findings == ()
    assert tuple(feature.signals) == SEVEN == tuple(FITTING)


def test_the_commented_half_of_the_example_is_accepted_once_it_is_uncommented(tmp_path: Path) -> None:
    commented = EXAMPLE.read_text().rpartition("a real Unleash, a real Prometheus\n")[2]
    path = tmp_path / "console.toml"
    path.write_text(re.sub(r"^# ?", "", commented, flags=re.MULTILINE))
    config = load(path)
    assert config.broken == ()
    (feature,) = config.features
    assert feature.faults == ()
    assert feature.environment == "production"


@pytest.mark.walks
def test_the_example_works_as_it_stands_once_the_embedded_world_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    port = free_port()
    text = EXAMPLE.read_text().replace("7411", str(port))
    text = text.replace("/tmp/console-world", str(world.home(tmp_path)))
    text = text.replace("~/.local/state/console/console.db", str(tmp_path / "console.db"))
    path = tmp_path / "example.toml"
    path.write_text(text)
    with world.running(f"--port={port}", folder=tmp_path):
        main(["status", "--json", "--config", str(path)])
        (feature,) = json.loads(capsys.readouterr().out)["features"]
        assert feature["flag"]["on"] is True
        assert feature["flag"]["problem"] is None
        states = {signal["signal"]: signal["state"] for signal in feature["signals"]}
        assert tuple(states) == SEVEN
        assert not {"ERROR", "NO DATA", "STALE"} & set(states.values())
        kill = ["kill", "support-drafts", "--confirm", "support-drafts-ai", "--config", str(path)]
        said = []
        for _ in range(5):
            # A kill does not wait long for its look at the flag: on a busy machine it just kills again.
            assert main(kill) == 0
            said.append(capsys.readouterr().out)
        assert said[0].startswith("killed")
        assert any("already killed" in words for words in said[1:])
