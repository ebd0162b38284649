"""console.toml, read into typed settings."""

from console.config.load import find, load
from console.config.settings import (
    Band,
    BrokenFeature,
    Config,
    EvaluateConfig,
    FallbackConfig,
    FeatureConfig,
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
    "ProviderTable",
    "SignalConfig",
    "Stage",
    "find",
    "load",
]
