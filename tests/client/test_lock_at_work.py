"""A lock on a real profile: nothing of what was read is left, and nothing that comes is lost."""

import asyncio
import gc
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from doorless_client.core.api import Engine
from doorless_client.messenger import Messenger
from doorless_client.onboarding import ProfileOnboarding
from doorless_client.opening import open_profile
from doorless_client.tui.app import DoorlessApp
from doorless_client.tui.screens.locked import Locked
from doorless_client.tui.screens.main import MainScreen
from doorless_lab.processes import PASSPHRASE, Client, Relay
from reachable import Held, held
from toolkit_styles import parse_once

PATIENCE = 60.0


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    parse_once(monkeypatch)


async def until(true) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110  (it happens in other tasks)
            await asyncio.sleep(0.02)


async def unlock(pilot: Pilot[None]) -> None:
    pilot.app.screen.query_one("#passphrase").value = PASSPHRASE
    await pilot.press("enter")
    await until(lambda: isinstance(pilot.app.screen, MainScreen))
    await until(lambda: set(pilot.app._screen_stacks) == {"_default", "main"})


async def lock(pilot: Pilot[None]) -> None:
    await pilot.press("ctrl+l")
    await until(lambda: isinstance(pilot.app.screen, Locked) and pilot.app._locked.is_set())
    await pilot.pause()


@asynccontextmanager
async def messenger(directory: Path) -> AsyncIterator[Pilot[None]]:
    onboarding = ProfileOnboarding(directory, time.time, secrets.token_bytes)
    app = DoorlessApp(onboarding, lambda: int(time.time()))
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await pilot.pause()
        await unlock(pilot)
        yield pilot
    await onboarding.close()


async def talk_to(pilot: Pilot[None], name: str) -> None:
    await pilot.press("ctrl+p", *name)
    await pilot.pause()
    await pilot.press("enter")
    await until(lambda: pilot.app.screen.conversation.chat.name == name)


def shown(pilot: Pilot[None], text: str) -> bool:
    strips = pilot.app.screen._compositor.render_strips()
    return any(text in strip.text for strip in strips)


def another(text: str) -> str:
    """An equal one: the test's own is not looked for."""
    return text.encode().decode()


def marker() -> str:
    return "zq" + secrets.token_hex(12)


def keys_of(pilot: Pilot[None]) -> list[Held]:
    """Of the account and of the device: copies."""
    state = pilot.app.screen.engine._engine.state
    ours = state.keys
    keys = (state.signing.seed, ours.signing.seed, ours.identity, ours.kem)
    return [bytes(bytearray(key)) for key in keys]


def messengers() -> int:
    return sum(isinstance(one, Messenger) for one in gc.get_objects())


async def test_after_a_lock_no_object_holds_what_was_read_or_written(
    world: Path, relay: Relay
) -> None:
    heard, written, undone, copied = marker(), marker(), marker(), marker()
    assert Client(world / "bob").run("send", "alice", heard).code == 0
    assert Client(world / "bob").run("send", "alice", copied).code == 0
    needles = (heard, written, undone, copied)
    needles += tuple(needle.encode() for needle in needles)
    async with messenger(world / "alice") as pilot:
        await talk_to(pilot, "bob")
        await until(lambda: shown(pilot, heard) and shown(pilot, copied))
        composer = pilot.app.screen.conversation.composer
        composer.insert(another(undone))
        composer.clear()
        composer.insert(another(written))
        pilot.app.copy_to_clipboard(another(copied))
        await pilot.press("ctrl+p", "escape", "f3", "escape", "up", "i", "escape")
        await pilot.pause()
        del composer
        keys = keys_of(pilot)
        assert held(*needles, *keys).keys() >= {heard, written, undone, copied, *keys}
        assert messengers() == 1
        await lock(pilot)
        assert held(*needles, *keys) == {}
        assert messengers() == 0


async def test_what_arrives_while_it_locks_is_neither_lost_nor_shown_twice(
    world: Path, relay: Relay
) -> None:
    said = [f"number {number}" for number in range(150)]
    bob = await open_profile(world / "bob", PASSPHRASE, time.time, secrets.token_bytes)
    await bob.messenger.start()
    alice = bob.messenger.find("alice").conversation
    for text in said[:100]:
        await bob.messenger.send(alice, text)
    assert await bob.messenger.settle(PATIENCE)
    async with messenger(world / "alice") as pilot:
        engine = pilot.app.screen.engine
        here = engine.find("bob").conversation
        await until(lambda: len(engine.history(here)) > 10)  # it is in the middle of them
        del engine
        for text in said[100:]:
            await bob.messenger.send(alice, text)
        await lock(pilot)
        assert not shown(pilot, "number")
        assert await bob.messenger.settle(PATIENCE)
        assert not shown(pilot, "number")
        await unlock(pilot)
        engine = pilot.app.screen.engine
        await until(lambda: texts(engine, here)[-1] == said[-1])
        assert [text for text in texts(engine, here) if text in said] == said
    await bob.close()


def texts(engine: Engine, conversation: bytes) -> list[str]:
    return [message.text for message in engine.history(conversation).slice(0, 1000)]


async def test_a_locked_profile_is_free_and_a_wrong_passphrase_writes_nothing(
    world: Path, relay: Relay, fingerprint
) -> None:
    async with messenger(world / "alice") as pilot:
        await lock(pilot)
        before = fingerprint()
        pilot.app.screen.query_one("#passphrase").value = "another passphrase"
        await pilot.press("enter")
        await until(lambda: shown(pilot, "That is not the passphrase"))
        assert fingerprint() == before
        received = Client(world / "alice").run("receive")  # another program may use it meanwhile
        assert received.code == 0
        await unlock(pilot)
