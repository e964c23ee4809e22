"""Attack tests and their vulnerable twins.

    @pytest.mark.attack("R01", "a replayed envelope is shown once",
                        weaken={"doorless_client.core.intake.is_known": lambda *_: False})
    def test_a_replayed_envelope_is_shown_once(...): ...

runs twice: as written, when it must pass; and as its twin, with each name in `weaken`
replaced, when it must fail. A twin that passes shows a test that could not see the attack.
"""

import gc
import os
from collections.abc import Callable, Generator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from doorless_protocol.errors import DoorlessError

# A slow machine is no failure, nor is chance: the same examples in each run. Others, drawn anew,
# with DOORLESS_EXPLORE=1.
settings.register_profile(
    "doorless",
    deadline=None,
    derandomize=not os.environ.get("DOORLESS_EXPLORE"),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("doorless")

gc.set_threshold(100_000, 20, 100)  # at Python's 700, the collector takes 40 % of a screen's test

pytest_plugins = ["nats_cluster"]

SEES_THE_ATTACK = (AssertionError, pytest.fail.Exception, DoorlessError)
"""What a twin may fail with. Anything else is a mistake in the test or in `weaken`."""


@pytest.fixture(autouse=True, scope="session")
def _bytecode(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Where the sources are to stay as they are, the interpreters that tests start would compile
    260 modules each: they share what they compiled elsewhere."""
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ["PYTHONPYCACHEPREFIX"] = str(tmp_path_factory.mktemp("bytecode"))


def pytest_collection_finish() -> None:
    gc.freeze()  # thousands of collected tests are not looked through again and again


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.definition.get_closest_marker("attack"):
        metafunc.parametrize("_twin", [False, True], ids=["defended", "twin"], indirect=True)


@pytest.fixture(autouse=True)
def _twin(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the defence away, in the twin."""
    if getattr(request, "param", False):
        mark = request.node.get_closest_marker("attack")
        for name, replacement in mark.kwargs["weaken"].items():
            monkeypatch.setattr(name, replacement)


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Callable[..., None]:
    """What a test measured, kept where figures.py is loaded: (id, what, figure, unit, target)."""

    def add(of: str, what: str, figure: float, unit: str = "", target: str = "") -> None:
        if not _is_twin(request.node):
            said = {"id": of, "what": what, "figure": figure, "unit": unit, "target": target}
            request.node.user_properties.append(("figure", said))

    return add


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    if not _is_twin(item):
        return (yield)
    try:
        yield
    except SEES_THE_ATTACK:
        return None
    raise AssertionError("the attack went unseen: this test passes without its defence")


def _is_twin(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    return callspec is not None and callspec.params.get("_twin", False)
