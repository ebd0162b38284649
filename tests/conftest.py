"""The real servers, for every test that is marked `servers`."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.servers import unleash


@pytest.fixture(scope="session", autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Last good copies of configurations go to a folder of the tests, not to that of whoever runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def real_unleash() -> Iterator[unleash.Unleash]:
    """A real Unleash, one for all tests; flags of one test are there for the next."""
    with unleash.running() as server:
        yield server


@pytest.fixture(scope="session")
def unleash_environment(real_unleash: unleash.Unleash) -> dict[str, str]:
    """What `make servers` prints, for tests that reach Unleash by the environment."""
    return {
        "UNLEASH_URL": real_unleash.url,
        "UNLEASH_ADMIN_TOKEN": real_unleash.admin,
        "UNLEASH_FRONTEND_TOKEN": real_unleash.frontend,
        "UNLEASH_BACKEND_TOKEN": real_unleash.backend,
    }


@pytest.fixture(autouse=True)
def _reach_unleash(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set that environment for tests marked `servers`, unless somebody has started servers for them."""
    if request.node.get_closest_marker("servers") and "UNLEASH_URL" not in os.environ:
        for name, value in request.getfixturevalue("unleash_environment").items():
            monkeypatch.setenv(name, value)
