"""What a message says, in rows: forwarded, quote, file, words. How they are framed is another's."""

from rich.cells import cell_len

from doorless_client.core.message_parts import QuoteView
from doorless_client.core.views import Kind, Message
from doorless_client.marks import veiled
from doorless_client.tui import marked, moments
from doorless_client.tui.file_rows import file_rows
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.rows import Part, Row, moment, text_of
from doorless_client.tui.short_names import drawn, is_volatile
from doorless_client.tui.wrapping import shorten, wrap

LATE = "late"
"""Before the time of a message that came after what its device had said later."""

NOT_HERE = "not in your history"
"""Beside words that somebody says were said: C03."""


OTHERWISE = "quoted with other words"
"""Beside our own copy of what somebody says was said otherwise: C03."""


def doubt(quote: QuoteView) -> str:
    """What is to be said of words that the sender alone vouches for; "" when ours are the same."""
    if not quote.known:
        return NOT_HERE
    return OTHERWISE if quote.differs else ""


def inside(
    message: Message, inner: int, glyphs: Glyphs, *, marks: bool = True, bare: bool = False
) -> list[Row]:
    """Rows of at most `inner` cells (at least 8), as many whether `bare` or not.

    Args:
        marks: show code and what is hidden as such; otherwise as it was typed.
        bare: show what is hidden, too.
    """
    rows = [[part] for part in _above(message, inner, glyphs)]
    if message.quote is not None:
        rows += _quote(message.quote, inner, glyphs, marks=marks)
    if message.file is not None:
        rows += file_rows(message.file, inner, glyphs)
    if message.text or message.file is None:
        rows += _words(message, inner, glyphs, marks=marks, bare=bare)
    return rows


def shape(message: Message, inner: int, glyphs: Glyphs, *, marks: bool = True) -> tuple[int, str]:
    """How many rows `inside` gives, and the words of the last one, hidden or not."""
    if message.file is not None and not message.text:
        rows = inside(message, inner, glyphs)
        return len(rows), text_of(rows[-1])
    extra = message.forwarded + 2 * (message.quote is not None) + 2 * (message.file is not None)
    words = marked.lines(_drawn_text(message, glyphs), inner, glyphs, marks=_has(message, marks))
    return extra + len(words), words[-1]


def _drawn_text(message: Message, glyphs: Glyphs) -> str:
    return drawn(message.text, names=not glyphs.emoji) or " "


def _has(message: Message, marks: bool) -> bool:
    """Whether marks mean something in it: in words of ours about it they do not."""
    return marks and role(message) == "text"


def role(message: Message) -> str:
    """Of the words; those of a message that was taken back, or is of a later version, are ours."""
    if message.deleted:
        return "gone"
    return "unknown" if message.kind is Kind.UNKNOWN else "text"


def meta(message: Message, glyphs: Glyphs, room: int, *, timed: bool = True) -> str:
    """Time and state, with what else is known of it as far as `room` goes."""
    words = [
        *([glyphs.pin] if message.pinned else []),
        *(["edited"] if message.edited and not message.deleted else []),
        *([LATE] if message.late else []),
        *([glyphs.timer] if message.lasts else []),
        *([moments.clock(moment(message))] if timed else []),
        *([glyphs.ticks[message.state]] if message.mine and message.state in glyphs.ticks else []),
    ]
    while len(words) > timed + message.mine and cell_len(" ".join(words)) > room:
        words.pop(0)
    return " ".join(words)


def needs_own_row(last: str, meta: str, room: int) -> bool:
    """Whether time and state do not fit behind the last row, or must not stand behind it."""
    return bool(meta) and (cell_len(last) + 2 + cell_len(meta) > room or is_volatile(last))


def _words(message: Message, inner: int, glyphs: Glyphs, *, marks: bool, bare: bool) -> list[Row]:
    style, text = role(message), _drawn_text(message, glyphs)
    if style != "text":
        return [[Part(line, style)] for line in wrap(text, inner)]
    return marked.rows(text, inner, glyphs, marks=marks, bare=bare)


def _above(message: Message, inner: int, glyphs: Glyphs) -> list[Part]:
    if not message.forwarded:
        return []
    return [Part(shorten(f"{glyphs.arrow} forwarded", inner, glyphs.ellipsis), "meta")]


def _quote(quote: QuoteView, inner: int, glyphs: Glyphs, *, marks: bool) -> list[Row]:
    """Who and what, beside a line; a click goes where it was said. What is hidden stays so."""
    room = inner - 2
    who = "You" if quote.mine else quote.author
    claim = f" {glyphs.dot} {doubted}" if (doubted := doubt(quote)) else ""
    name = shorten(who, max(1, room - cell_len(claim)), glyphs.ellipsis)
    claim = shorten(claim, max(0, room - cell_len(name)), glyphs.ellipsis)
    told = veiled(quote.text, glyphs.cover, cut=True) if marks else quote.text
    said = drawn(" ".join(told.split()), names=not glyphs.emoji)
    words = shorten(said, room, glyphs.ellipsis)
    bar = Part(f"{glyphs.bar} ", "quote-bar", "quote")
    return [
        [bar, Part(name, "quote-name", "quote"), Part(claim, "claim", "quote")],
        [bar, Part(words, "quote", "quote")],
    ]
