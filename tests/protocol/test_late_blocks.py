"""Late keys are kept in blocks: what a step did not change stays the very same object."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from doorless_lab.ratchets import talking
from doorless_protocol.primitives import HeaderKey
from doorless_protocol.ratchet.late import MAX_AGE, MAX_HELD, Late, LateKey

Random = Callable[[int], bytes]
KEY = HeaderKey(b"k" * 32)


def held(*since: int) -> Late:
    """A key missed at each of these times, in consecutive places."""
    return Late().keep((KEY, at, LateKey(1, b"%032d" % at, when)) for at, when in enumerate(since))


def test_a_key_of_exactly_14_days_is_kept_beside_one_that_is_older() -> None:
    late = held(99, 100, 101).forget(100 + MAX_AGE)
    assert late.get(KEY.raw, 0) is None
    assert late.get(KEY.raw, 1) is not None
    assert late.get(KEY.raw, 2) is not None
    assert held(100, 101).forget(100 + MAX_AGE).count == 2


def test_what_is_forgotten_leaves_the_other_blocks_and_the_serial_as_they_are() -> None:
    before = held(*[0] * 32, *[100] * 32)
    after = before.forget(100 + MAX_AGE)
    assert after.count == 32
    assert after.chains[KEY.raw].blocks[1] is before.chains[KEY.raw].blocks[1]
    assert after.next_serial == before.next_serial == 1


def test_what_makes_room_leaves_the_other_blocks_as_they_are() -> None:
    before = held(*[0] * MAX_HELD)
    after = before.keep([(KEY, MAX_HELD, LateKey(1, b"new".ljust(32), 0))])
    assert after.count == MAX_HELD
    assert after.chains[KEY.raw].blocks[1] is before.chains[KEY.raw].blocks[1]


def test_to_forget_late_keys_changes_nothing_else(random: Random) -> None:
    alice, bob = talking(random)
    alice.says(b"lost")
    bob.hears(alice.says(b"heard"))
    state = bob.state
    after = state.forget(bob.now + MAX_AGE + 1)
    assert after.late.count == 0
    assert replace(after, late=state.late) == state


def test_it_prints_how_many_there_are() -> None:
    assert repr(held(1, 2, 3)) == "Late(count=3)"


@pytest.mark.parametrize("places", [1, 31, 32, 33, 64])
def test_a_block_holds_32_places(places: int) -> None:
    blocks = held(*[0] * places).chains[KEY.raw].blocks
    assert sorted(blocks) == list(range((places + 31) // 32))
