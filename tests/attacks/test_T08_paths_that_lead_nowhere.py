"""T08: a path that is typed or pasted, of a person who is not there, ends no messenger."""

from pathlib import Path

import pytest
from textual.widgets import Input

from doorless_client.typed_paths import path_of
from doorless_lab.fake_engine import FakeEngine
from doorless_lab.world import World
from doorless_lab.world_person import copy_store
from hostile_profile import printed
from idle import nothing_left, nothing_soon
from ready import Ready

NOW = 1_800_023_490
NOWHERE = ("~nobody-of-that-name/x", "~nobody-of-that-name", "/" + 5_000 * "a", "~/" + 300 * "b")


def of_the_library(typed: str | Path) -> Path:
    return Path(typed).expanduser()


@pytest.mark.attack(
    "T08",
    "no path is worse than refused, in plain mode and where a profile is named",
    weaken={
        "doorless_client.plain.files.path_of": of_the_library,
        "doorless_client.files_at_work.path_of": of_the_library,
        "doorless_client.profiles.path_of": of_the_library,
    },
)
def test_a_path_is_refused_in_a_line() -> None:
    with World(b"paths") as world:
        alice, _ = world.friends("alice", "bob")
        store = copy_store(alice.store)
    says = [f"/{act} {path}" for path in NOWHERE for act in ("file", "save 1")]
    out = printed(store, "--plain", says="\n".join(["/open bob", *says, "/status"]))
    out += printed(store, "chats", "--profile", NOWHERE[0])
    assert "should not have happened" not in out
    assert "alice@" in out.splitlines()[-3] + out
    assert out.count("error: ") >= len(says)


async def test_a_path_is_typed_letter_by_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    from doorless_client.tui.app import DoorlessApp

    monkeypatch.setattr("textual.app.wait_for_idle", nothing_left)
    monkeypatch.setattr("textual.pilot.wait_for_idle", nothing_soon)
    engine = FakeEngine(NOW)
    engine.arrive(engine.person("Bob"), "hello", quiet=True)
    app = DoorlessApp(Ready(engine), lambda: NOW)
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press("ctrl+o")
        await pilot.pause()
        (field,) = app.screen.query(Input)
        for typed in NOWHERE:
            field.value = typed
            await pilot.pause()
        assert app.is_running


def test_a_home_of_nobody_is_a_name() -> None:
    assert path_of("~nobody-of-that-name/x") == Path("~nobody-of-that-name/x")
    assert path_of("~/x") == Path.home() / "x"
