"""What a relay tells an account of demands, and anybody by the canary."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from doorless_protocol import canary as form
from doorless_protocol.frames import Answer as Framed
from doorless_protocol.frames import CloseAccount, Done, FetchNotices, Refused, encode
from doorless_protocol.notice_frames import Notice, NoticesHeld
from doorless_server.demands import canary
from doorless_server.demands.notice_desk import FOLDER, NoticeDesk
from doorless_server.demands.notices import DATABASE, KEPT, Notices
from doorless_server.limits import DAY, HOUR
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore
from relay_person import NOW, Person

ALICE, BOB = Person("alice", 1), Person("bob", 2)
NOTICE = Notice(
    *("2026-1", "court", "DE", "Amtsgericht Musterstadt", "12 Gs 3", "DE_BESTAND", ("basic",)),
    *("complied_partial", (), NOW // DAY - 2, NOW // DAY, False, True),
)


class Case:
    """A relay over a folder, with a clock that is set."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.now, self.store = folder, NOW, MemoryStore()
        self.start()

    def start(self) -> None:
        self.desk = NoticeDesk(self.folder)
        self.relay = Relay(
            self.store, Identity("relay.test"), random=Random(1).randbytes, notices=self.desk
        )

    async def ask(self, person: Person, *requests: Any) -> Any:
        greeted = self.relay.greet(self.now, bytes(32))
        outcome = await self.relay.handle(greeted, person.sign_in(greeted), self.now)
        for request in requests:
            outcome = await self.relay.handle(outcome.peer, request, self.now)
        return outcome.answered

    async def told(self, person: Person) -> list[str]:
        held = await self.ask(person, FetchNotices())
        assert isinstance(held, NoticesHeld)
        return [one.demand for one in held.notices]

    def command(self) -> Notices:
        """As another process has it."""
        return Notices.open(self.folder / FOLDER)


@pytest.fixture
async def case(tmp_path: Path) -> AsyncIterator[Case]:
    made = Case(tmp_path)
    try:
        for person in (ALICE, BOB):
            assert await made.ask(person, person.register()) == Done()
        yield made
    finally:
        made.desk.close()


async def test_who_was_asked_about_by_nobody_is_told_nothing_and_nothing_is_made(
    case: Case,
) -> None:
    assert await case.ask(ALICE, FetchNotices()) == NoticesHeld((), b"")
    assert await case.relay.page("/canary", "", NOW, "a") is None
    assert list(case.folder.iterdir()) == []


async def test_what_a_command_wrote_is_told_to_that_account(case: Case) -> None:
    assert await case.told(ALICE) == []
    command = case.command()
    command.put(ALICE.account, NOTICE, case.now)
    assert await case.told(ALICE) == ["2026-1"]
    assert await case.told(BOB) == []
    command.close()


async def test_it_is_told_when_the_order_ends_though_nobody_is_there(case: Case) -> None:
    command = case.command()
    command.put(ALICE.account, msgspec.structs.replace(NOTICE, delayed=True), NOW + 90 * DAY)
    command.close()
    case.now = NOW + 90 * DAY - 1
    assert await case.told(ALICE) == []
    case.desk.close()
    case.start()  # another process
    assert await case.told(ALICE) == []
    case.now += 1
    assert await case.told(ALICE) == ["2026-1"]


async def test_an_order_that_is_renewed_meanwhile_is_heeded_at_once(case: Case) -> None:
    command = case.command()
    command.put(ALICE.account, NOTICE, NOW + 10)
    assert await case.told(ALICE) == []
    command.postpone("2026-1", NOW + 100)
    command.close()
    case.now = NOW + 99
    assert await case.told(ALICE) == []
    case.now = NOW + 100
    assert await case.told(ALICE) == ["2026-1"]


async def test_of_a_closed_account_no_notice_is_left(case: Case) -> None:
    command = case.command()
    command.put(ALICE.account, NOTICE, NOW)
    command.put(BOB.account, NOTICE, NOW)
    assert await case.ask(ALICE, CloseAccount()) == Done()
    assert command.accounts() == (BOB.account,)
    command.put(ALICE.account, NOTICE, NOW + YEARS)  # answered after the account was closed
    assert await case.relay.sweep(NOW) > 0
    assert command.accounts() == (BOB.account,)
    command.close()


YEARS = 5 * 365 * DAY


async def test_what_could_be_told_for_a_year_is_swept_once_an_hour(case: Case) -> None:
    command = case.command()
    command.put(ALICE.account, NOTICE, NOW)
    await case.relay.sweep(NOW + KEPT - 1)
    assert command.accounts() == (ALICE.account,)
    await case.relay.sweep(NOW + KEPT)
    assert command.accounts() == (ALICE.account,)  # not looked at again so soon
    await case.relay.sweep(NOW + KEPT + HOUR)
    assert command.accounts() == ()
    command.close()


async def test_while_it_cannot_be_read_the_answer_is_later(case: Case) -> None:
    (case.folder / FOLDER).mkdir()
    (case.folder / FOLDER / DATABASE).write_bytes(b"no database" * 1000)
    answered = await case.ask(ALICE, FetchNotices())
    assert isinstance(answered, Refused)
    assert answered.retry_after > 0


async def test_the_canary_is_told_with_them_and_to_anybody(case: Case) -> None:
    said = canary.sign(case.folder, "relay.test", until(90), (), NOW, Random(3).randbytes)
    held = await case.ask(BOB, FetchNotices())
    assert form.read(held.canary) == said
    page = await case.relay.page("/canary", "", NOW, "a")
    assert page is not None
    assert (page.body, page.content_type) == (held.canary, "application/json")
    assert await case.relay.page("/canary", "x=1", NOW, "a") is None


async def test_the_largest_answer_fits_in_a_frame(case: Case) -> None:
    command, big = case.command(), "\U0001f600" * 80
    for number in range(30):
        name = f"{number:04}".rjust(64, "d")
        command.put(
            ALICE.account,
            msgspec.structs.replace(NOTICE, demand=name, authority=big, reference=big),
            NOW,
        )
    command.close()
    held = await case.ask(ALICE, FetchNotices())
    assert len(held.notices) == 24
    assert len(encode(Framed(1, held))) < 68 * 1024


def until(days: int) -> date:
    return date.fromordinal(canary.day_of(NOW).toordinal() + days)


def test_a_sentence_that_was_left_out_stays_out(tmp_path: Path) -> None:
    draw = Random(3).randbytes
    first = canary.sign(tmp_path, "relay.test", until(90), (), NOW, draw)
    second = canary.sign(tmp_path, "relay.test", until(100), ("orders",), NOW + 10, draw)
    third = canary.sign(tmp_path, "relay.test", until(120), (), NOW + 20, draw)
    assert first.statements == tuple(canary.STATEMENTS.values())
    assert second.statements == third.statements == first.statements[1:]
    assert first.key == third.key
    assert canary.held(tmp_path) == third


@pytest.mark.parametrize("days", [0, -1, 400])
def test_it_is_signed_for_days_that_come_and_not_for_years(tmp_path: Path, days: int) -> None:
    with pytest.raises(canary.CanaryError, match="--until"):
        canary.sign(tmp_path, "relay.test", until(days), (), NOW, Random(3).randbytes)
    assert not (tmp_path / FOLDER).exists()


@pytest.mark.parametrize(("days", "now"), [(80, NOW + 10), (120, NOW - DAY)])
def test_none_is_signed_that_clients_take_for_an_old_one(
    tmp_path: Path, days: int, now: int
) -> None:
    first = canary.sign(tmp_path, "relay.test", until(90), (), NOW, Random(3).randbytes)
    with pytest.raises(canary.CanaryError, match="signed"):
        canary.sign(tmp_path, "relay.test", until(days), (), now, Random(3).randbytes)
    assert canary.held(tmp_path) == first


def test_a_damaged_one_is_not_signed_over(tmp_path: Path) -> None:
    canary.sign(tmp_path, "relay.test", until(90), ("orders",), NOW, Random(3).randbytes)
    (tmp_path / FOLDER / "canary.json").write_bytes(b"{}")
    with pytest.raises(canary.CanaryError, match="damaged"):
        canary.sign(tmp_path, "relay.test", until(90), (), NOW, Random(3).randbytes)
