"""What the tests of the terminal share: a frozen clock, people, and an app to drive."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import pytest
from textual.pilot import Pilot

from doorless_client.core.api import Engine, RefusedError
from doorless_client.core.views import Kind, Standing, State, Trust, Wait
from doorless_client.settings.profile import ProfileSettings
from doorless_client.tui.app import DoorlessApp
from doorless_client.tui.choices import Preferences, Unwritten
from doorless_client.tui.glyphs import UNICODE
from doorless_client.tui.ports import Created, WrongPassphraseError
from doorless_client.tui.screens.main import MainScreen
from doorless_client.tui.widgets.line import Line
from doorless_lab.fake_engine import FakeEngine
from doorless_lab.fake_keeping import FakeKeeping
from idle import nothing_left, nothing_soon
from toolkit_styles import parse_once

NOW = 1_800_023_490  # a Friday in January 2027, 14:31:30 UTC
PASSPHRASE = "correct horse"


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times of day are the same on every computer."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pause ends when the app has nothing to do any more, however busy the machine is."""
    monkeypatch.setattr("textual.app.wait_for_idle", nothing_left)
    monkeypatch.setattr("textual.pilot.wait_for_idle", nothing_soon)
    # A button that was pressed ignores the next click for 0.2 s; a test may be back before that.
    monkeypatch.setattr("textual.widgets.Button._start_active_affect", lambda button: None)
    parse_once(monkeypatch)
    # A notice stays as long as the test does, which may be longer than the notice would.
    monkeypatch.setattr("textual.notifications.Notification.time_left", property(lambda _: 3600.0))


class FakeLinking:
    """A link that is answered when a test says so."""

    link = "doorless:link1?relay=relay.example&until=1800023730&secret=AAAA&offer=AAAA"

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.wait = Wait(200, away=False)
        self.answered = asyncio.Event()
        self.closed = False

    async def met(self) -> tuple[str, str]:
        await self.answered.wait()
        return "1234 5678", "alice@relay.example"

    async def enter(self) -> Engine:
        return self._engine

    async def close(self) -> None:
        self.closed = True


class FakeOnboarding:
    """A profile that `PASSPHRASE` opens."""

    relay = "relay.example"

    def __init__(
        self, engine: Engine, *, exists: bool = True, preferences: Preferences | None = None
    ) -> None:
        self._engine = engine
        self.exists = exists
        self.created: list[tuple[str, str, str]] = []
        self.preferences = preferences or Unwritten()
        self.closed = self.written = 0
        self.keyring = False
        self.keeping = FakeKeeping()

    async def create(self, relay: str, handle: str, passphrase: str) -> Created:
        self.created.append((relay, handle, passphrase))
        return Created(tuple(f"word{number}" for number in range(24)), self._engine, self._note)

    def _note(self) -> None:
        self.written += 1

    async def by_itself(self) -> Engine | None:
        return self._engine if self.keyring else None

    async def unlock(self, passphrase: str) -> Engine:
        if passphrase != PASSPHRASE:
            raise WrongPassphraseError("wrong")
        return self._engine

    async def link(self, relay: str, name: str, passphrase: str) -> "FakeLinking":
        if relay != self.relay:
            raise RefusedError("no relay there")
        self.created.append((relay, name, passphrase))
        self.linking = FakeLinking(self._engine)
        return self.linking

    async def restore(self, relay: str, handle: str, words: str, passphrase: str) -> Engine:
        if len(words.split()) != 24:
            raise RefusedError("these are not recovery words")
        self.created.append((relay, handle, passphrase))
        return self._engine

    async def close(self) -> None:
        self.closed += 1


@pytest.fixture
def fake_onboarding() -> type[FakeOnboarding]:
    return FakeOnboarding


@dataclass
class People:
    """An engine with some conversations, and their ids."""

    engine: FakeEngine
    ada: bytes
    grace: bytes
    alan: bytes  # whose keys changed
    mallory: bytes  # who wrote first


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(NOW)


@pytest.fixture
def people(engine: FakeEngine) -> People:
    alan = engine.person("Alan Turing", trust=Trust.CHANGED)
    engine.arrive(alan, "Can machines keep a secret?", at=NOW - 5000, seen=True)
    engine.arrive(alan, "They can now.", at=NOW - 4900, mine=True, state=State.WAITING)
    mallory = engine.person("Mallory", standing=Standing.REQUEST)
    engine.arrive(mallory, "Hi, remember me?", at=NOW - 4000, state=State.REQUEST)
    grace = engine.person("Grace Hopper")
    engine.arrive(grace, "I found a moth", at=NOW - 540)
    engine.arrive(grace, "in relay 70", at=NOW - 530)
    ada = engine.person("Ada Lovelace", trust=Trust.VERIFIED)
    engine.arrive(ada, "You verified Ada", at=NOW - 90_000, kind=Kind.NOTE, seen=True)
    engine.arrive(ada, "Did the new relay pass the padding tests?", at=NOW - 1760, seen=True)
    long = "Yes. A one-word reply and a whole paragraph look exactly the same on the wire."
    engine.arrive(ada, long, at=NOW - 1700, mine=True, state=State.READ)
    engine.arrive(ada, "Six sizes, no more", at=NOW - 1690, mine=True, state=State.FAILED)
    engine.arrive(ada, "So “ok” costs 2 KiB too?", at=NOW - 1620, seen=True, gap=2)
    engine.arrive(ada, "Are we ready for the lesson?", at=NOW - 140)
    engine.arrive(ada, "See you there", at=NOW - 20, mine=True, state=State.DELIVERED)
    engine.arrive(ada, "Bringing coffee", at=NOW - 5, mine=True, state=State.WAITING)
    return People(engine, ada, grace, alan, mallory)


Opened = Callable[..., AbstractAsyncContextManager[Pilot[None]]]


@pytest.fixture
def opened() -> Opened:
    """The app, unlocked: `async with opened(engine, size=(80, 24)) as pilot`."""

    @asynccontextmanager
    async def open_app(
        engine: FakeEngine,
        *,
        size: tuple[int, int] = (120, 36),
        theme: str = "doorless-dark",
        preferences: Preferences | None = None,
    ) -> AsyncIterator[Pilot[None]]:
        chosen = ProfileSettings(theme=theme.removeprefix("doorless-"))
        onboarding = FakeOnboarding(engine, preferences=preferences or Unwritten(chosen))
        app = DoorlessApp(onboarding, lambda: NOW, glyphs=UNICODE)
        async with app.run_test(size=size, notifications=True) as pilot:
            await pilot.pause()
            pilot.app.screen.query_one("#passphrase", Line).value = PASSPHRASE
            await pilot.press("enter")
            await settled(pilot)
            assert isinstance(app.screen_stack[0], MainScreen)
            yield pilot

    return open_app


async def settled(pilot: Pilot[None]) -> None:
    """Wait until a change of mode or size, which the toolkit delays, has been drawn."""
    await pilot.pause()  # it came to the screen
    await pilot.pause()  # the screen, which may be another one now, has drawn it


@pytest.fixture
def screen_of() -> Callable[[Pilot[None]], MainScreen]:
    def find(pilot: Pilot[None]) -> MainScreen:
        return next(one for one in pilot.app.screen_stack if isinstance(one, MainScreen))

    return find


@pytest.fixture
def text_of() -> Callable[[Pilot[None]], str]:
    """All that is on screen, line by line."""

    def read(pilot: Pilot[None]) -> str:
        return "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())

    return read


@pytest.fixture
def settle() -> Callable[[Pilot[None]], object]:
    return settled
