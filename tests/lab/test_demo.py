"""The demo: two people in one terminal, and the relay between them, at every size."""

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.events import DescendantFocus
from textual.pilot import Pilot
from textual.widgets import Static

from doorless_client.core.views import Standing, State
from doorless_client.tui.widgets.composer import Composer
from doorless_lab.demo.app import DemoApp
from doorless_lab.demo.database import Database
from doorless_lab.demo.opening import ANSWER, HELLO
from doorless_lab.demo.relay_pane import RelayPane
from doorless_lab.leak_watch import LeakWatch, Look, Place
from doorless_lab.person import Person
from doorless_lab.sights import Sights
from doorless_lab.stage import Stage, until

NARROW, WIDE, WIDEST = (80, 24), (120, 36), (200, 50)
WITHIN = 60.0

QUICK = Look((Place("its files", 10, (), 1),), 7, 0.0)
"""What a look may say where a test is about something else: a true one takes seconds."""


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LeakWatch, "look", lambda self: QUICK)


class Seats:
    """Whoever sits before the demo, and what they can look at."""

    def __init__(self, stage: Stage, app: DemoApp, pilot: Pilot[None]) -> None:
        self.stage, self.app, self.pilot = stage, app, pilot

    def person(self, name: str) -> Person:
        person = self.app.demo.panes[name].person
        assert person is not None
        return person

    def texts(self, name: str, other: str) -> list[str]:
        return [message.text for message in self.person(name).messages(self.person(other))]

    def state(self, name: str, other: str, text: str) -> State | None:
        """None: not said yet."""
        found = [one for one in self.person(name).messages(self.person(other)) if one.text == text]
        return found[0].state if found else None

    async def write(self, text: str) -> None:
        """Type it where the cursor is, or is about to be, and send it."""
        await until(self.may_write, WITHIN, "the cursor")
        composer = self.app.focused
        await self.pilot.press(*text)
        await until(lambda: getattr(composer, "text", "") == text, WITHIN, "the typing")
        await self.pilot.press("enter")

    def may_write(self) -> bool:
        """A change of the writer is told at once; the cursor follows when it was drawn."""
        pane = self.app.demo.panes[self.app.demo.writer]
        return pane.has_focus_within and isinstance(self.app.focused, Composer)

    async def sees(self, words: str) -> None:
        await until(lambda: words in self.shown(), WITHIN, f"{words!r} on the screen")

    def shown(self) -> str:
        """The characters of the screen, row by row."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)


@asynccontextmanager
async def demo(size: tuple[int, int]) -> AsyncIterator[Seats]:
    """The demo after its opening; nothing of it may be left behind."""
    sights = Sights(time.time)
    async with Stage(now=time.time, random=os.urandom, on_call=sights.take) as stage:
        app = DemoApp(stage, sights, lambda: int(time.time()), pace=0.0)
        async with app.run_test(size=size) as pilot:
            seats = Seats(stage, app, pilot)
            people = stage.people
            await until(lambda: len(people) == 2, WITHIN, "two people")
            await until(lambda: app.demo.panes["bob"].person is not None, WITHIN, "Bob")
            await until(lambda: ANSWER in seats.texts("alice", "bob"), WITHIN, "the opening")
            await until(seats.may_write, WITHIN, "a place to write")
            yield seats
            await app.demo.settle()
        pid, folder = stage.relay.pid, stage.folder
    assert pid is not None
    assert stage.relay.pid is None
    assert not folder.exists()


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("size", [NARROW, WIDE, WIDEST], ids=str)
async def test_what_alice_types_appears_at_bobs_once_also_after_a_cut(
    size: tuple[int, int],
) -> None:
    async with demo(size) as seats:
        await seats.write("at nine")
        await until(lambda: "at nine" in seats.texts("bob", "alice"), WITHIN, "Bob")
        await seats.pilot.press("f6")
        await seats.sees("restore Bob")
        await seats.write("there?")
        await until(
            lambda: seats.state("alice", "bob", "there?") is State.SENT, WITHIN, "the relay"
        )
        await seats.pilot.press("f5")
        await seats.sees("restore Alice")
        await seats.write("waits")
        await until(lambda: "waits" in seats.texts("alice", "bob"), WITHIN, "the queue")
        assert seats.state("alice", "bob", "waits") is State.WAITING
        await seats.sees("waiting")
        await seats.pilot.press("f5", "f6")
        await until(
            lambda: seats.state("alice", "bob", "waits") is State.DELIVERED,
            WITHIN,
            "delivery",
        )
        said = [HELLO, ANSWER, "at nine", "there?", "waits"]
        assert seats.texts("alice", "bob") == seats.texts("bob", "alice") == said


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=str)
async def test_the_person_can_write_as_either(size: tuple[int, int]) -> None:
    async with demo(size) as seats:
        await seats.pilot.press("tab")
        await seats.sees("as Alice")
        await seats.write("this is bob")
        await until(lambda: "this is bob" in seats.texts("alice", "bob"), WITHIN, "Alice")
        await seats.pilot.press("tab")
        await seats.sees("as Bob")
        await seats.write("this is alice")
        await until(lambda: "this is alice" in seats.texts("bob", "alice"), WITHIN, "Bob")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=str)
async def test_the_relays_database_opens_row_by_row_and_closes(size: tuple[int, int]) -> None:
    async with demo(size) as seats:
        await seats.pilot.press("f9")
        await seats.sees("handle")
        database = seats.app.demo.query_one(Database)
        assert database.display
        assert {"alice", "bob"} <= {line.value for line in database.lines if line.name == "handle"}
        assert (size == NARROW) == (not seats.app.demo.panes["alice"].display)
        await seats.pilot.press("end")
        await seats.sees("receipts")
        await seats.pilot.press("f9")
        await seats.sees("It holds")
        await seats.write("still here")
        await until(lambda: "still here" in seats.texts("bob", "alice"), WITHIN, "Bob")


async def test_the_relays_pane_shows_rows_bytes_the_search_and_what_it_learns() -> None:
    async with demo(WIDE) as seats:
        pane = seats.app.demo.query_one(RelayPane)
        assert pane.display
        await seats.sees("one_time_pairs  199")
        await seats.sees("0 found")
        await seats.sees("planted 1")
        await seats.sees("What it does learn")
        newest = seats.app.demo.sights.newest
        assert newest is not None
        await seats.sees(newest.envelope[:8].hex(" "))


@pytest.mark.usefixtures("quick")
async def test_in_a_window_made_smaller_the_search_is_still_there() -> None:
    async with demo(WIDE) as seats:
        await seats.sees("It holds")
        await seats.pilot.resize_terminal(*NARROW)
        await seats.sees("Search for leaks")
        pane = seats.app.demo.query_one(RelayPane)
        await seats.pilot.pause()
        for block in pane.query(".block").results(Static):
            assert block.size.height == len(str(block.content).splitlines())


@pytest.mark.usefixtures("quick")
async def test_who_writes_is_who_has_the_focus_whatever_is_told_late() -> None:
    async with demo(WIDE) as seats:
        alice = seats.app.demo.panes["alice"].conversation
        assert alice is not None
        await seats.pilot.press("tab")
        await seats.sees("as Alice")
        seats.app.demo.post_message(DescendantFocus(alice.composer))
        await seats.pilot.pause()
        assert seats.app.demo.writer == "bob"


@pytest.mark.usefixtures("quick")
async def test_bob_was_asked_before_alice_became_his_contact() -> None:
    async with demo(WIDE) as seats:
        chat = seats.person("bob").chat(seats.person("alice"))
        assert chat is not None
        assert chat.standing is Standing.CONTACT


@pytest.mark.usefixtures("quick")
async def test_the_relay_can_be_killed_and_comes_back() -> None:
    async with demo(WIDE) as seats:
        await seats.pilot.press("f8")
        await seats.sees("F8 starts it")
        await seats.write("into the dark")
        await until(lambda: "into the dark" in seats.texts("alice", "bob"), WITHIN, "the queue")
        await seats.pilot.press("f8")
        await until(lambda: "into the dark" in seats.texts("bob", "alice"), WITHIN, "Bob")
        assert seats.texts("bob", "alice").count("into the dark") == 1


@pytest.mark.usefixtures("quick")
async def test_help_lists_the_keys_and_goes_away() -> None:
    async with demo(WIDE) as seats:
        await seats.pilot.press("f1")
        await seats.sees("Cut or restore Alice's network")
        await seats.pilot.press("escape")
        await seats.sees("It holds")
