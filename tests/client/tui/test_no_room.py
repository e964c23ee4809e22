"""A disk that is full, or fails, while something is written: nothing that was typed is lost."""

import asyncio
import resource
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import TextArea

from doorless_client.core.api import RefusedError
from doorless_client.core.views import Notice
from doorless_client.messenger import Messenger
from doorless_client.store.base import Store
from doorless_client.store.sqlcipher import open_store
from doorless_client.text import safe
from doorless_client.tui.screens.broken import Broken
from doorless_client.tui.widgets.composer import Composer
from doorless_lab.world import World

KEY = bytes(32)
LONG = "x" * 12_000
"""A text that takes new pages, so that it finds no room where there is none."""


class NoNetwork:
    async def start(self, login: object, **_: object) -> None:
        pass

    async def close(self) -> None:
        pass


@contextmanager
def full(store: Store) -> Iterator[None]:
    """No page more."""
    database = store._database
    (pages,) = database.execute("PRAGMA page_count").fetchone()
    database.execute(f"PRAGMA max_page_count = {pages}")
    try:
        yield
    finally:
        database.execute("PRAGMA max_page_count = 1000000")


@contextmanager
def failing() -> Iterator[None]:
    """Not a byte can be written: the library tells an error of the disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def told(pilot: Pilot[None]) -> str:
    return " ".join(one.message for one in pilot.app._notifications)


@asynccontextmanager
async def writing(opened, folder: Path) -> AsyncIterator[tuple[Pilot[None], Messenger, Store]]:
    """Alice at her messenger, a chat with Bob open, its relay out of reach."""
    with World() as world:
        store = open_store(folder / "store.db", KEY, create=True)
        alice, _ = world.person("alice", store), world.person("bob")
        alice.add("bob")
        messenger = Messenger(store, NoNetwork(), now=lambda: world.now, random=world.random)
        await messenger.start()
        async with opened(messenger) as pilot:
            yield pilot, messenger, store
        await messenger.close()


async def until(pilot: Pilot[None], is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not is_so():
            await pilot.pause(0.02)


async def test_on_a_full_disk_what_was_typed_comes_back_and_leaves_with_room_again(
    tmp_path: Path, opened
) -> None:
    async with writing(opened, tmp_path) as (pilot, messenger, store):
        composer = pilot.app.screen.query_one(Composer)
        composer.begin(LONG)
        await pilot.pause()
        with full(store):
            await pilot.press("enter")
            await until(pilot, lambda: composer.text == LONG)
            await until(pilot, lambda: "make room, and try again" in told(pilot))
            await until(pilot, lambda: "not stored yet" in told(pilot))  # once typing rested
            for _ in range(2):
                await pilot.press("enter")
                await until(pilot, lambda: composer.text == LONG)
            assert told(pilot).count("Nothing changed: the disk is full") == 1
            await pilot.press("!")
            assert composer.text == f"{LONG}!"
        await pilot.press("enter")
        history = messenger.history(messenger.find("bob").conversation)
        await until(pilot, lambda: [one.text for one in history.slice(0, 9)] == [f"{LONG}!"])
        assert composer.text == ""


async def test_when_the_disk_failed_what_was_typed_can_be_copied(tmp_path: Path, opened) -> None:
    async with writing(opened, tmp_path) as (pilot, _, _):
        await pilot.press(*"meet me", "enter")
        with failing():
            await pilot.press(*"hello", "enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, Broken))
            await until(pilot, lambda: bool(pilot.app.screen.query("#unsent")))
        assert pilot.app.screen.query_one("#unsent", TextArea).text == "hello"
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, Broken)
        await pilot.press("enter")
        assert pilot.app.clipboard == "hello"
        assert pilot.app.is_running
        await pilot.press("tab", "enter")
        await until(pilot, lambda: not pilot.app.is_running)


async def test_what_is_just_being_sent_is_given_back_before_the_failure_is_shown(
    people, opened, monkeypatch
) -> None:
    failed = asyncio.Event()

    async def refuse(*_: object) -> None:
        await failed.wait()
        raise RefusedError("the disk failed")

    monkeypatch.setattr(people.engine, "send", refuse)
    async with opened(people.engine) as pilot:
        await pilot.press(*"hello", "enter")
        people.engine.tell(Notice(safe("the disk failed"), broken=True))
        await pilot.pause()
        assert not isinstance(pilot.app.screen, Broken)
        failed.set()
        await until(pilot, lambda: bool(pilot.app.screen.query("#unsent")))
        assert pilot.app.screen.query_one("#unsent", TextArea).text == "hello"


async def test_what_was_begun_since_stays_behind_what_comes_back(
    people, opened, monkeypatch
) -> None:
    full = asyncio.Event()

    async def refuse(*_: object) -> None:
        await full.wait()
        raise RefusedError("the disk is full: make room, and try again")

    monkeypatch.setattr(people.engine, "send", refuse)
    async with opened(people.engine) as pilot:
        composer = pilot.app.screen.query_one(Composer)
        await pilot.press(*"one", "enter", *"two")
        full.set()
        await until(pilot, lambda: composer.text == "one\ntwo")
        await pilot.press("alt+down")
        await pilot.pause()
        assert people.engine.drafts[people.ada] == "one\ntwo"


async def test_a_draft_that_finds_no_room_is_told_once_and_stays(
    people, opened, monkeypatch
) -> None:
    async def refuse(*_: object) -> None:
        raise RefusedError("the disk is full: make room, and try again")

    monkeypatch.setattr(people.engine, "save_draft", refuse)
    async with opened(people.engine) as pilot:
        composer = pilot.app.screen.query_one(Composer)
        await pilot.press(*"later", "alt+down")
        await until(pilot, lambda: "not stored yet" in told(pilot))
        await pilot.press("alt+up")
        await until(pilot, lambda: composer.text == "later")
        await pilot.press("alt+down", "alt+up")
        await until(pilot, lambda: composer.text == "later")
        assert told(pilot).count("not stored yet") == 1
