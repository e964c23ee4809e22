"""Late keys: 2,000 at most, for 14 days, each taken once, the oldest given up first."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from doorless_protocol.primitives import HeaderKey
from doorless_protocol.ratchet.late import MAX_AGE, MAX_CHAINS, MAX_HELD, Late, LateKey

ONE, OTHER = HeaderKey(b"1" * 32), HeaderKey(b"2" * 32)


def missed(
    header_key: HeaderKey, numbers: Iterable[int], since: int = 0
) -> list[tuple[HeaderKey, int, LateKey]]:
    return [(header_key, at, LateKey(1, at.to_bytes(32, "big"), since)) for at in numbers]


def test_a_key_is_found_under_its_header_key_and_number() -> None:
    late = Late().keep(missed(ONE, range(40))).keep(missed(OTHER, range(3)))
    assert late.get(ONE.raw, 39) == LateKey(1, (39).to_bytes(32, "big"), 0)
    assert late.get(ONE.raw, 40) is None
    assert late.get(b"3" * 32, 0) is None
    assert late.count == 43


def test_a_key_is_taken_once() -> None:
    late = Late().keep(missed(ONE, range(40))).take(ONE.raw, 33)
    assert late.get(ONE.raw, 33) is None
    assert late.get(ONE.raw, 34) is not None
    assert late.count == 39


def test_a_chain_without_keys_is_gone() -> None:
    late = Late().keep(missed(ONE, [5]))
    assert late.take(ONE.raw, 5).chains == {}


def test_the_oldest_make_room() -> None:
    late = Late().keep(missed(ONE, range(MAX_HELD))).keep(missed(OTHER, range(50)))
    assert late.count == MAX_HELD
    assert late.get(ONE.raw, 49) is None
    assert late.get(ONE.raw, 50) is not None
    assert late.get(OTHER.raw, 49) is not None


def test_whole_chains_make_room() -> None:
    late = Late()
    for serial in range(30):
        late = late.keep(missed(HeaderKey(bytes((serial,)) * 32), range(100)))
    assert late.count == MAX_HELD
    assert [chain.serial for chain in late.chains.values()] == list(range(10, 30))


def test_a_key_is_given_up_after_14_days_and_not_before() -> None:
    late = Late().keep(missed(ONE, range(3), since=100)).keep(missed(ONE, range(3, 6), since=200))
    assert late.forget(100 + MAX_AGE) is late
    later = late.forget(101 + MAX_AGE)
    assert [later.get(ONE.raw, at) is None for at in range(6)] == [True] * 3 + [False] * 3
    assert later.count == 3


def test_a_step_shares_the_blocks_that_it_did_not_change() -> None:
    late = Late().keep(missed(ONE, range(96)))
    follows = late.take(ONE.raw, 40)
    before, after = late.chains[ONE.raw].blocks, follows.chains[ONE.raw].blocks
    assert [after[at] is before[at] for at in range(3)] == [True, False, True]
    assert len(before[1]) == 32  # the value that was held is as it was


STEPS = st.lists(st.tuples(st.booleans(), st.integers(1, 900)), max_size=12)


@given(STEPS)
def test_it_is_a_dictionary_that_forgets_its_oldest(steps: list[tuple[bool, int]]) -> None:
    late, model = Late(), {}
    chain, number = 0, 0
    for turns, count in steps:
        if turns:
            chain, number = chain + 1, 0
        header_key = HeaderKey(bytes((chain,)) * 32)
        numbers = range(number, number + count)
        number += count + 1
        late = late.keep(missed(header_key, numbers))
        model |= {(header_key.raw, at): True for at in numbers}
        for oldest in list(model)[: max(0, len(model) - MAX_HELD)]:
            del model[oldest]
        taken = list(model)[count % len(model)]
        late = late.take(*taken)
        del model[taken]
        held = [
            (raw, at)
            for raw, each in late.chains.items()
            for block in each.blocks.values()
            for at in block
        ]
        assert held == list(model)
        assert late.count == len(model)


def test_no_more_chains_are_tried_than_one_session_may_cost() -> None:
    """Else a hostile contact brings about a chain, and with it a header key, for each late key."""
    late = Late()
    for serial in range(MAX_CHAINS + 20):
        late = late.keep(missed(HeaderKey(serial.to_bytes(32)), [0]))
    assert len(late.chains) == late.count == MAX_CHAINS
    assert [chain.serial for chain in late.chains.values()] == list(range(20, MAX_CHAINS + 20))


def test_a_late_key_is_not_printed() -> None:
    assert repr(LateKey(3, b"k" * 32, 7)) == "LateKey(label=3, since=7)"
