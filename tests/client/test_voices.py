"""Gaps add up, whatever the relay drops, delays or repeats."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec import msgpack, structs

from doorless_client.core.voices import MAX_GAPS, Voices
from doorless_client.store.memory import MemoryStore
from doorless_protocol.content import NO_PREVIOUS, Content, Text

CONVERSATION, DEVICE = b"\xcc" * 32, b"\xdd" * 16


def said(count: int) -> list[Content]:
    """What one device says, in order."""
    contents: list[Content] = []
    for number in range(count):
        contents.append(
            Content.saying(
                Text(f"{number}"),
                id=number.to_bytes(16),
                counter=number,
                previous=contents[-1].digest() if contents else NO_PREVIOUS,
                conversation=CONVERSATION,
                time=0,
            )
        )
    return contents


@given(st.lists(st.integers(0, 19), unique=True, min_size=1))
def test_the_gaps_shown_are_what_is_missing_before_the_newest(order: list[int]) -> None:
    contents, store = said(20), MemoryStore()
    voices = Voices(store)
    gaps: list[int] = []
    for place, counter in enumerate(order):
        with store.transaction():
            heard = voices.hear(contents[counter], contents[counter].digest(), DEVICE, place)
        assert not heard.contradicts
        gaps.append(heard.gap)
        if heard.late_for is not None:
            gaps[heard.late_for] -= 1
    assert sum(gaps) == max(order) + 1 - len(order)
    assert min(gaps) >= 0


@given(st.lists(st.integers(0, 2**53 - 1), min_size=1, max_size=200))
def test_no_choice_of_counters_makes_the_row_large(counters: list[int]) -> None:
    store = MemoryStore()
    voices = Voices(store)
    (content,) = said(1)
    for place, counter in enumerate(counters):
        jumped = Content.saying(
            Text("x"),
            id=content.id,
            counter=counter,
            previous=NO_PREVIOUS,
            conversation=CONVERSATION,
            time=0,
        )
        with store.transaction():
            voices.hear(jumped, jumped.digest(), DEVICE, place)
    row = store.voices.get(CONVERSATION, DEVICE)
    assert row is not None
    assert len(row.missing) <= 32 * (MAX_GAPS + 1)


def test_a_second_content_of_one_counter_contradicts_the_first() -> None:
    store = MemoryStore()
    voices = Voices(store)
    first, second = said(2)
    with store.transaction():
        voices.hear(first, first.digest(), DEVICE, 0)
        voices.hear(second, second.digest(), DEVICE, 1)
        assert voices.hear(first, first.digest(), DEVICE, 2).contradicts


def test_no_late_contents_make_the_row_large() -> None:
    """Each may split a range that is missing in two."""
    store = MemoryStore()
    voices = Voices(store)
    (content,) = said(1)
    for counter in (10_000, *range(1, 2 * MAX_GAPS + 20, 2)):
        with store.transaction():
            voices.hear(structs.replace(content, counter=counter), bytes(32), DEVICE, 0)
    row = store.voices.get(CONVERSATION, DEVICE)
    assert row is not None
    missing = msgpack.decode(row.missing)
    assert len(missing) == MAX_GAPS
    assert missing[-1][1] == 10_000  # the newest are kept
