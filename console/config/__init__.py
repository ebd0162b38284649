"""console.toml, read into typed settings."""

from console.config.last_good import keep, keep_aside, open_config
from console.config.load import find, load
from console.config.settings import (
    Band,
    BrokenFeature,
    Config,
    EvaluateConfig,
    FallbackConfig,
    FeatureConfig,
    PeopleConfig,
    ProviderTable,
    SignalConfig,
    Stage,
)
from console.exits import ConfigError

__all__ = [
    "Band",
    "BrokenFeature",
    "Config",
    "ConfigError",
    "EvaluateConfig",
    "FallbackConfig",
    "FeatureConfig",
    "PeopleConfig",
    "ProviderTable",
    "SignalConfig",
    "Stage",
    "find",
    "keep",
    "keep_aside",
    "load",
    "open_config",
]
