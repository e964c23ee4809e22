"""What may be done with a message: by whom, for how long, how often."""

import msgspec
import pytest

from acting import does, met, said
from doorless_client.core.acts import is_in_time, is_newer, time_after
from doorless_client.store.memory import MemoryStore
from doorless_client.store.talk_records import Reaction
from doorless_lab.world import World
from doorless_protocol.content import Edit
from rows import entry

DAY = 86_400
SAID = msgspec.structs.replace(entry(b"c" * 32, 0, "words"), at=10 * DAY * 1000, received=10 * DAY)
"""At the beginning of the tenth day, by both clocks."""

LAST = SAID.at + DAY * 1000


@pytest.mark.parametrize(
    ("at", "now", "holds"),
    [
        (SAID.at + 1, 10 * DAY, True),
        (SAID.at, 10 * DAY, False),  # not before it was said, nor at that very moment
        (SAID.at - 1, 10 * DAY, False),
        (LAST, 11 * DAY, True),
        (LAST + 1, 11 * DAY, False),
        (LAST, 25 * DAY, True),  # it may have waited at a relay for 14 days
        (LAST, 25 * DAY + 1, False),
    ],
)
def test_a_text_is_edited_for_a_day_and_heard_for_two_weeks_more(
    at: int, now: int, holds: bool
) -> None:
    assert is_in_time(SAID, at, now) is holds


def test_the_thirty_third_edit_is_passed_over() -> None:
    with World() as world:
        alice, bob = met(world)
        sent = said(alice, "bob", "hello")
        for number in range(1, 35):
            does(world, alice, "bob", Edit(sent.id, f"edit {number}"), time=sent.at + number)
        shown = bob.messages("alice")[0]
        assert (shown.text, shown.edited) == ("edit 32", 32)
        assert len(bob.engine.messages.versions(shown)) == 32


def test_of_two_at_the_same_time_the_device_decides_and_nothing_takes_its_own_place() -> None:
    assert is_newer((2, b"a"), (1, b"b"))
    assert is_newer((1, b"b"), (1, b"a"))
    assert not is_newer((1, b"a"), (1, b"a"))


def test_an_act_of_ours_is_later_than_what_it_takes_the_place_of_and_never_after_all_time() -> None:
    store, ours = MemoryStore(), b"o" * 32
    row = msgspec.structs.replace(entry(b"c" * 32, 0, "words", mine=True), at=5_000)
    assert time_after(store, row, ours, 9_000) == 9_000
    assert time_after(store, row, ours, 5_000) == 5_001
    held = Reaction(row.conversation, row.account, row.id, ours, "☕", 7_000, bytes(16))
    with store.transaction():
        store.reactions.put(held)
    assert time_after(store, row, ours, 6_000) == 7_001
    with store.transaction():
        store.reactions.put(msgspec.structs.replace(held, at=2**53 - 1))
    assert time_after(store, row, ours, 6_000) == 2**53 - 1
    theirs = msgspec.structs.replace(row, mine=False, at=2**53 - 1, id=b"t" * 16)
    assert time_after(store, theirs, ours, 6_000) == 6_000  # their clocks have no say in ours


@pytest.mark.parametrize(("seconds", "left"), [(31 * DAY, 1), (31 * DAY + 1, 0)])
def test_an_act_is_remembered_for_a_month_and_no_longer(seconds: int, left: int) -> None:
    with World() as world:
        alice, bob = met(world)
        alice.engine.messages.react(said(alice, "bob", "hello"), "☕")
        world.settle()
        (heard,) = bob.store.acts.find()
        world.now = heard.received + seconds
        with bob.engine.state.change():
            bob.engine._talking.hearing.expire()
        assert len(bob.store.acts.find()) == left
