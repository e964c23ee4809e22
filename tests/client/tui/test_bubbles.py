"""What is measured is what is drawn, and it is exactly as wide as asked."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from doorless_client.core.views import Kind, Message, State
from doorless_client.text import safe, safe_line
from doorless_client.tui.bubbles import Layout, moment
from doorless_client.tui.glyphs import ASCII, UNICODE

NOW = 1_800_000_000


@st.composite
def messages(draw: st.DrawFn) -> Message:
    mine = draw(st.booleans())
    ours = [State.WAITING, State.SENT, State.DELIVERED, State.READ, State.FAILED]
    theirs = [State.REQUEST, State.RECEIVED]
    return Message(
        position=draw(st.integers(0, 3)),
        id=b"x" * 16,
        conversation=bytes(32),
        mine=mine,
        sender=safe_line("alice" if mine else "bob"),
        device=bytes(16),
        at=draw(st.integers(-(2**62), 2**62)),
        received=NOW - draw(st.integers(0, 10**7)),
        kind=draw(st.sampled_from(Kind)),
        text=safe(draw(st.text(max_size=200))),
        state=draw(st.sampled_from(ours if mine else theirs)),
        gap=draw(st.sampled_from([0, 0, 1, 7])),
        late=draw(st.booleans()),
    )


@settings(max_examples=300)
@given(
    messages(),
    st.none() | messages(),
    st.integers(16, 200),
    st.sampled_from([None, 0, 1]),
    st.sampled_from([UNICODE, ASCII]),
)
def test_rows_are_as_many_as_measured_and_no_wider_than_the_log(
    message: Message, before: Message | None, width: int, unread: int | None, glyphs: object
) -> None:
    layout = Layout(width, glyphs, lambda: NOW, unread, 2)  # type: ignore[arg-type]
    rows = layout.rows(message, before)
    assert len(rows) == layout.height(message, before)
    assert layout.lead(message, before) < len(rows)
    for row in rows:
        assert sum(cell_len(text) for text, _ in row) <= width


@given(messages())
def test_a_senders_clock_cannot_put_a_message_into_the_future(message: Message) -> None:
    assert 0 <= moment(message) <= message.received


def test_a_bubble_says_time_and_state() -> None:
    message = Message(
        0, b"x" * 16, bytes(32), True, safe_line("alice"), bytes(16), NOW * 1000, NOW,
        Kind.TEXT, safe("meet at nine"), State.DELIVERED,
    )  # fmt: skip
    row = Layout(60, UNICODE, lambda: NOW).rows(message, replace(message, position=0))[-1]
    words = "".join(text for text, _ in row)
    assert "meet at nine" in words
    assert "✓✓" in words
    assert words.rstrip("▌").endswith("✓✓")


def test_states_differ_by_shape_in_both_sets() -> None:
    for glyphs in (UNICODE, ASCII):
        assert len(set(glyphs.ticks.values())) == len(glyphs.ticks)
        assert len(set(glyphs.trust.values())) == len(glyphs.trust)
        assert all(cell_len(sign) == 2 for sign in glyphs.ticks.values())
