"""What is pasted is text, whatever it holds: no key, no command, and no line that was sent.

A terminal marks the begin and the end of a paste. Between the marks Textual still looks for
sequences of keys: text with an ESC in it would in part be taken for keys that were pressed, and
a line break of it for Enter, which sends. So the ESC of a paste is a glyph before it reads them.
"""

from collections.abc import Iterable
from typing import Any, cast
from weakref import WeakKeyDictionary

from textual._xterm_parser import XTermParser
from textual.message import Message

BEGIN, END = "\x1b[200~", "\x1b[201~"


def in_lines(text: str) -> str:
    """With line breaks as such: a terminal pastes each as the Enter that would type it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


class Pastes:
    """Watches what a terminal sends, in whatever pieces it comes."""

    def __init__(self) -> None:
        self._inside = False
        self._begun = ""  # of the next mark, at the end of what came

    def harmless(self, data: str) -> str:
        """`data`, where it is pasted with a glyph for each ESC. Holds back what may be a mark."""
        let_in = []
        while data:
            data, passed = self._leave(data) if self._inside else self._enter(data)
            let_in.append(passed)
        return "".join(let_in)

    def _enter(self, data: str) -> tuple[str, str]:
        seen = self._begun + data
        at = seen.find(BEGIN)
        if at < 0:
            self._begun = _begin_of(BEGIN, seen)
            return "", data
        cut = at + len(BEGIN) - len(self._begun)
        self._inside, self._begun = True, ""
        return data[cut:], data[:cut]

    def _leave(self, data: str) -> tuple[str, str]:
        read = self._begun + data
        if (at := end_of(read)) >= 0:
            self._inside, self._begun = False, ""
            return read[at + len(END) :], escaped(read[:at]) + END
        pasted = read
        self._begun = _begin_of(END, pasted)
        return "", escaped(pasted.removesuffix(self._begun))


def end_of(read: str) -> int:
    """Where the paste ends that `read` is inside of; -1: not here.

    At the last mark that was read at once. Most terminals paste no such mark; where one does, what
    stands between it and the real end would be taken for keys that were pressed.
    """
    return read.rfind(END)


def escaped(pasted: str) -> str:
    return pasted.replace("\x1b", "␛")


def _begin_of(mark: str, text: str) -> str:
    """As much of `mark` as `text` ends with."""
    begun = (mark[:length] for length in range(len(mark) - 1, 0, -1))
    return next((one for one in begun if text.endswith(one)), "")


_feed = XTermParser.feed
_watched: WeakKeyDictionary[XTermParser, Pastes] = WeakKeyDictionary()


def read_pastes_as_text() -> None:
    """Make the toolkit's reader of terminals do so."""

    def feed(parser: XTermParser, data: str) -> Iterable[Message]:
        let_in = _watched.setdefault(parser, Pastes()).harmless(data)
        return _feed(parser, let_in) if let_in or not data else ()

    cast("Any", XTermParser).feed = feed
