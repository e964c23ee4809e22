"""A person whose data was demanded is told by the relay: in time, once, and harmlessly."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from random import Random

import msgspec
import pytest

from doorless_client.core import canaries
from doorless_client.core.effects import Ask
from doorless_client.core.notice_views import NoticesTold
from doorless_client.core.notices import KEPT, MOST
from doorless_client.core.views import Notice as QuietLine
from doorless_lab.linking import link
from doorless_lab.world import World
from doorless_lab.world_person import Person
from doorless_protocol import canary as form
from doorless_protocol.frames import Answered, Refusal, Refused
from doorless_protocol.notice_frames import FetchNotices, Notice, NoticesHeld
from doorless_server.demands import canary
from doorless_server.demands.notice_desk import FOLDER, NoticeDesk
from doorless_server.demands.notices import Notices
from doorless_server.limits import DAY
from doorless_server.relay import Identity, Relay

NOTICE = Notice(
    *("2026-1", "court", "DE", "Amtsgericht Musterstadt", "12 Gs 3", "DE_BESTAND", ("basic",)),
    *("complied_partial", (), 20_250, 20_254, False, True),
)
SEED = bytes(range(32))


@cache
def registered() -> World:
    """Alice alone. Each test goes on in a world of its own from here."""
    world = World(b"registered")
    world.person("alice")
    return world


class Asked:
    """A relay that was asked for data, the command beside it, and Alice."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.world = folder, registered().fork(b"notices")
        self.desk = NoticeDesk(folder)
        self.world.relay = Relay(
            self.world._relay_store,
            Identity(self.world.name),
            random=Random(1).randbytes,
            notices=self.desk,
        )
        self.command = Notices.open(folder / FOLDER)
        (self.alice,) = self.world.everybody

    @property
    def now(self) -> int:
        return int(self.world.now)

    def put(self, person: Person, notice: Notice = NOTICE, *, after: int | None = 0) -> None:
        from_ = None if after is None else self.now + after
        self.command.put(person.engine.me.account, notice, from_)

    def signs(self, *left_out: str, days: int = 90) -> form.Canary:
        today = canary.day_of(self.now)
        until = today.fromordinal(today.toordinal() + days)
        name, draw = self.world.name, Random(4).randbytes
        return canary.sign(self.folder, name, until, left_out, self.now, draw)


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    made = Asked(tmp_path)
    with made.world:
        try:
            yield made
        finally:
            made.command.close()
            made.desk.close()


def signs_in(person: Person) -> None:
    person.goes(online=False)
    person.goes(online=True)
    person.run(person.engine.upkeep.arrive())


def told(person: Person) -> list[str]:
    """Every notice that was told as new, in order."""
    events = [event for event in person.shown if isinstance(event, NoticesTold)]
    return [notice.demand for event in events for notice in event.notices]


def lines(person: Person) -> list[str]:
    return [str(event.text) for event in person.shown if isinstance(event, QuietLine)]


def listed(person: Person) -> list[str]:
    return [str(one.demand) for one in person.engine.home.notices.every()]


def test_a_notice_is_told_at_the_next_sign_in_and_never_again_as_new(asked: Asked) -> None:
    asked.put(asked.alice)
    for _ in range(3):
        signs_in(asked.alice)
    assert told(asked.alice) == ["2026-1"]
    (shown,) = asked.alice.engine.home.notices.every()
    assert (shown.kind, shown.country, shown.asked) == ("court", "DE", ("basic",))
    assert shown.told == asked.now // DAY
    assert shown.simulation
    assert not shown.read


def test_a_gag_delays_it_until_its_end_and_nobody_has_to_do_anything(asked: Asked) -> None:
    asked.put(asked.alice, msgspec.structs.replace(NOTICE, delayed=True), after=90 * DAY)
    signs_in(asked.alice)
    asked.world.advance(90 * DAY - 1)
    signs_in(asked.alice)
    assert told(asked.alice) == []
    asked.world.advance(1)
    signs_in(asked.alice)
    assert told(asked.alice) == ["2026-1"]
    assert asked.alice.engine.home.notices.every()[0].delayed


def test_a_renewal_postpones_it(asked: Asked) -> None:
    asked.put(asked.alice, after=10)
    asked.command.postpone("2026-1", asked.now + 90 * DAY)
    asked.world.advance(DAY)
    signs_in(asked.alice)
    assert told(asked.alice) == []
    asked.world.advance(89 * DAY)
    signs_in(asked.alice)
    assert told(asked.alice) == ["2026-1"]


def test_it_is_there_after_a_restart_of_the_client_and_of_the_relay(asked: Asked) -> None:
    asked.put(asked.alice)
    signs_in(asked.alice)
    asked.alice.engine.home.notices.read()
    asked.alice.reopen()
    asked.desk.close()
    signs_in(asked.alice)
    assert listed(asked.alice) == ["2026-1"]
    assert told(asked.alice) == ["2026-1"]
    assert asked.alice.engine.home.notices.every()[0].read


def test_every_device_of_the_account_is_told_by_the_relay_itself(asked: Asked) -> None:
    laptop = link(asked.alice, "laptop")
    asked.put(asked.alice)
    for device in (asked.alice, laptop, asked.alice, laptop):
        signs_in(device)
    assert told(asked.alice) == told(laptop) == ["2026-1"]
    asked.alice.engine.home.notices.read()
    assert not laptop.engine.home.notices.every()[0].read  # nobody tells it: each has its own list


def test_nobody_else_is_told(asked: Asked) -> None:
    bob = asked.world.person("bob")
    asked.put(asked.alice)
    signs_in(bob)
    assert told(bob) == []


def test_who_stays_online_is_told_at_a_time_that_was_drawn(asked: Asked) -> None:
    alice = asked.alice
    signs_in(alice)
    asked.put(alice)
    home = alice.engine.home
    for _ in range(4):  # two of them at least are within a day, and some are for other things
        asked.world.now = home.notices.times.at + 1
        if home.is_time():
            alice.run(home.maintain())
        home.pass_missed()
    assert told(alice) == ["2026-1"]
    assert 8 * 3600 <= home.notices.times.at - asked.world.now <= 16 * 3600


def answering(with_: Callable[[], Answered]) -> Callable[[Ask, Answered], Answered]:
    def change(ask: Ask, answered: Answered) -> Answered:
        return with_() if isinstance(ask.request, FetchNotices) else answered

    return change


@pytest.mark.parametrize("refusal", [Refusal.BUSY, Refusal.NOT_ALLOWED, Refusal.MALFORMED])
def test_a_relay_that_refuses_holds_up_nothing(asked: Asked, refusal: Refusal) -> None:
    asked.alice.change_answer = answering(lambda: Refused(int(refusal), 9))
    signs_in(asked.alice)
    assert asked.alice.engine.home.may_send()
    assert lines(asked.alice) == []


def test_notices_that_a_relay_makes_up_fill_no_disk(asked: Asked) -> None:
    made: list[int] = []

    def more() -> NoticesHeld:
        made.append(len(made))
        few = range(len(made) * 24, len(made) * 24 + 24)
        every = [msgspec.structs.replace(NOTICE, demand=f"d{number}") for number in few]
        return NoticesHeld(tuple(every), b"")

    asked.alice.change_answer = answering(more)
    for _ in range(10):
        asked.alice.run(asked.alice.engine.home.notices.fetch())
    assert len(listed(asked.alice)) == MOST == len(told(asked.alice))
    asked.alice.engine.home.notices.read()
    asked.alice.run(asked.alice.engine.home.notices.fetch())
    assert len(listed(asked.alice)) == MOST == len(told(asked.alice))
    asked.world.advance(KEPT)
    asked.alice.run(asked.alice.engine.home.notices.fetch())
    assert len(listed(asked.alice)) == MOST
    assert len(told(asked.alice)) == MOST + 24  # what was read, and is old, gives way


HOSTILE = "\x1b]0;owned\x07[@click=app.quit]\u202egnp.exe\U000e0041"


def test_what_a_lying_relay_writes_is_harmless_and_bounded(asked: Asked) -> None:
    wrong = msgspec.structs.replace(NOTICE, authority=HOSTILE, reference=HOSTILE)
    asked.alice.change_answer = answering(lambda: NoticesHeld((wrong,), b"\x1b[2J"))
    signs_in(asked.alice)
    (shown,) = asked.alice.engine.home.notices.every()
    for text in (shown.authority, shown.reference):
        assert not set(text) & {"\x1b", "\x07", "\u202e", "\U000e0041"}
        assert len(text) <= 80
    assert asked.alice.engine.home.notices.canary() is None  # there never was one


# --- the canary ------------------------------------------------------------------------------


def test_a_canary_is_pinned_and_its_overdue_days_are_told_once(asked: Asked) -> None:
    signed = asked.signs(days=90)
    signs_in(asked.alice)
    seen = asked.alice.engine.home.notices.canary()
    assert seen is not None
    assert (seen.key, seen.state, seen.overdue, seen.gone) == (signed.key, "", 0, ())
    asked.world.advance(99 * DAY)
    for _ in range(2):
        signs_in(asked.alice)
    seen = asked.alice.engine.home.notices.canary()
    assert seen is not None
    assert seen.overdue == 9
    assert [line for line in lines(asked.alice) if "overdue" in line] == [
        "Canary 9 days overdue: it was to be renewed by then. "
        "This says that something changed, not what"
    ]


def test_the_last_day_is_not_overdue_yet(asked: Asked) -> None:
    asked.signs(days=1)
    signs_in(asked.alice)
    asked.world.advance(DAY)
    seen = asked.alice.engine.home.notices.canary()
    assert seen is not None
    assert seen.overdue == 0


def test_a_sentence_that_is_gone_is_shown_and_stays_shown(asked: Asked) -> None:
    asked.signs()
    signs_in(asked.alice)
    asked.signs("orders", days=100)
    for _ in range(2):
        signs_in(asked.alice)
    seen = asked.alice.engine.home.notices.canary()
    assert seen is not None
    assert seen.gone == (canary.STATEMENTS["orders"],)
    assert len([line for line in lines(asked.alice) if "no longer says" in line]) == 1


def test_one_that_is_served_no_more_was_withdrawn(asked: Asked) -> None:
    asked.signs()
    signs_in(asked.alice)
    (asked.folder / FOLDER / "canary.json").unlink()
    signs_in(asked.alice)
    seen = asked.alice.engine.home.notices.canary()
    assert seen is not None
    assert seen.state == "withdrawn"
    assert any("withdrawn" in line for line in lines(asked.alice))
    asked.signs(days=100)
    signs_in(asked.alice)
    seen = asked.alice.engine.home.notices.canary()
    assert seen is not None
    assert seen.state == ""


def test_an_older_one_brought_again_renews_nothing(asked: Asked) -> None:
    asked.signs()
    old = (asked.folder / FOLDER / "canary.json").read_bytes()
    asked.world.advance(DAY)
    newest = asked.signs(days=100)
    signs_in(asked.alice)
    (asked.folder / FOLDER / "canary.json").write_bytes(old)
    signs_in(asked.alice)
    seen = asked.alice.engine.home.notices.canary()
    assert seen is not None
    assert (seen.state, seen.published) == ("withdrawn", newest.published)


def test_one_of_another_key_is_not_taken_for_the_one_that_was_pinned(asked: Asked) -> None:
    first = asked.signs()
    signs_in(asked.alice)
    days = first.published, "2999-01-01"
    other = form.sign(SEED, asked.world.name, first.statements, *days)
    (asked.folder / FOLDER / "canary.json").write_bytes(other)
    signs_in(asked.alice)
    seen = asked.alice.engine.home.notices.canary()
    assert seen is not None
    assert (seen.state, seen.key, seen.valid_until) == ("other key", first.key, first.valid_until)


def test_of_a_relay_without_a_canary_nothing_is_said(asked: Asked) -> None:
    signs_in(asked.alice)
    assert asked.alice.engine.home.notices.canary() is None
    assert lines(asked.alice) == []
    assert canaries.judged(None, "relay.test", b"") is None
