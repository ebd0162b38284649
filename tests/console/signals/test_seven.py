"""Judges from the configuration."""

from __future__ import annotations

import pytest

from console.config import Band, ConfigError, ProviderTable, SignalConfig
from console.signals.seven import ORDER, build_judges
from tests.console.signals.made import configs


def test_the_order_is_fixed_whatever_the_file_says() -> None:
    judges = build_judges(configs(reversed(ORDER)))
    assert [judge.key for judge in judges] == list(ORDER)
    assert [judge.title for judge in judges] == [
        "error rate",
        "latency p95",
        "cost today",
        "thumbs-down",
        "eval score",
        "tickets",
        "injection",
    ]


def test_default_bands_are_the_published_ones() -> None:
    bands = [judge.band_text for judge in build_judges(configs())]
    assert bands == ["< 1 %", "±10 %", "±20 %", "< 10 %", "±5 %", "trend", "shape"]


@pytest.mark.parametrize(
    ("key", "band"),
    [
        ("errors", Band(trend=2.0)),
        ("errors", Band(below=0.0)),
        ("errors", Band(below=1.0)),
        ("latency", Band(within_percent=0)),
        ("tickets", Band(trend=0.9)),
        ("injection", Band(below=0.1)),
    ],
)
def test_a_band_that_cannot_hold_is_refused_with_its_key(key: str, band: Band) -> None:
    with pytest.raises(ConfigError, match=f"signals.{key}.band"):
        build_judges({key: SignalConfig(key, ProviderTable(key, "events", {}), band)})


def test_an_unknown_signal_is_refused() -> None:
    with pytest.raises(ConfigError, match="no such signal"):
        build_judges({"mood": SignalConfig("mood", ProviderTable("mood", "events", {}))})
