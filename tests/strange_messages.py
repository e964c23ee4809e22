"""Messages of every shape for hypothesis: hostile words, and all that a message may carry."""

from hypothesis import strategies as st

from doorless_client.core.message_parts import FileState, FileView, QuoteView, ReactionView
from doorless_client.core.views import Kind, Message, State
from doorless_client.text import safe, safe_line

NOW = 1_800_000_000
PIECES = [
    *("word ", "\x1b[2J", "\u202e", "e\u0301" * 9, "👩\u200d👩\u200d👧", "🇨🇭", "❤\ufe0f", "漢字"),
    *("\n", "https://example.org/a?b=c ", "\u3164", "\t", "[b]", "a" * 70, "👍🏽", "#\ufe0f\u20e3"),
    *("`", "||", "||hidden ©\ufe0f||", "\n```\n", "\n```sh\nls -l || exit\n```\n", "©\ufe0e"),
]
TEXTS = st.text(max_size=120) | st.lists(st.sampled_from(PIECES), max_size=20).map("".join)
LINES = TEXTS.map(safe_line)

quotes = st.builds(
    QuoteView,
    author=LINES,
    text=TEXTS.map(lambda text: safe(text[:160])),
    mine=st.booleans(),
    position=st.none() | st.just(0),
    known=st.booleans(),
)
reactions = st.builds(
    ReactionView,
    emoji=st.sampled_from(["👍", "❤\ufe0f", "👩\u200d🚀", "🇨🇭", "ab", "漢" * 5]).map(safe_line),
    mine=st.booleans(),
    by=LINES,
)
files = st.builds(
    FileView,
    name=LINES,
    size=st.integers(0, 2**31),
    state=st.sampled_from(FileState),
    done=st.integers(0, 2**31),
    incoming=st.booleans(),
    note=LINES,
)


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
        text=safe(draw(TEXTS)),
        state=draw(st.sampled_from(ours if mine else theirs)),
        gap=draw(st.sampled_from([0, 0, 1, 7])),
        late=draw(st.booleans()),
        quote=draw(st.none() | quotes),
        reactions=tuple(draw(st.lists(reactions, max_size=5))),
        edited=draw(st.sampled_from([0, 0, 3])),
        deleted=draw(st.booleans()),
        lasts=draw(st.sampled_from([0, 0, 3600])),
        forwarded=draw(st.booleans()),
        pinned=draw(st.booleans()),
        file=draw(st.none() | files),
    )
