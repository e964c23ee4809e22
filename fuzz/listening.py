"""Targets: what a relay and a witness hear before there is a frame: WebSocket, HTTP, pages."""

import asyncio
from collections.abc import Callable, Generator, Iterator
from typing import TypeVar, cast

from websockets.exceptions import SecurityError
from websockets.http11 import Response as Parsed
from websockets.streams import StreamReader

from doorless_protocol.log.config import LogKeys
from doorless_server import http_client
from doorless_server.directory import pages
from doorless_server.directory.auditors import Auditors
from doorless_server.directory.base import Page
from doorless_server.directory.inline import InlineDirectory
from doorless_server.framing import Framing
from doorless_server.http_server import MAX_HEAD_BYTES, RefusedError, parse_head
from doorless_server.limits import MAX_MESSAGE_BYTES
from doorless_server.websocket import WebSocket
from doorless_server.witness.wire import (
    MAX_PROOF_HASHES,
    MAX_SIZE,
    Submission,
    decode_size,
    encode_size,
)
from fuzz.harness import FindingError, Target, check_one_form, edit, promise

UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: relay\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Protocol: doorless.1\r\n\r\n"
)
FRAMES = (
    b"\x82\x85\x01\x02\x03\x04" + bytes(range(5)),
    b"\x82\xfe\x00\x80" + bytes(4) + bytes(128),
    b"\x02\x81" + bytes(5) + b"\x89\x80" + bytes(4) + b"\x80\x81" + bytes(5),
    b"\x88\x82" + bytes(4) + b"\x03\xe8",
    b"\x82\x80" + bytes(4) + b"\x82\x81" + bytes(5),
)
REQUESTS = (
    b"GET /log/checkpoint HTTP/1.1\r\nHost: relay\r\n\r\n",
    b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 12\r\n"
    b"Expect: 100-continue\r\nConnection: close\r\n\r\n",
    UPGRADE,
)
ANSWERS = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 5\r\n\r\nhello",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    b"HTTP/1.1 409 Conflict\r\nContent-Type: text/x.tlog.size\r\n\r\n12\n",
)
PAGES = (
    *(b"/log/checkpoint", b"/log/config", b"/log/tile/0/000.p/1", b"/log/tile/entries/000.p/1"),
    *(b"/log/anchors/0", b"/log/consistency/1/1", b"/log/anchors/9999999999999999"),
    *(b"/log/audit/" + b"0" * 32 + b"/1?from=1", b"/log/tile/1/x001/x234/567"),
)
SUBMISSIONS = (
    Submission(0, (), b"w.example/1\n1\n").encode(),
    Submission(20_852_014, (bytes(32), bytes(range(32))), b"a note").encode(),
    Submission(MAX_SIZE, (bytes(32),) * MAX_PROOF_HASHES, b"a note").encode(),
)
_ENDLESS = Submission(1, (bytes(32),) * (MAX_PROOF_HASHES + 1), b"a note").encode()
LIMIT = 20
"""Bytes of an answer's body, so that an edit brings more."""

_KEYS = LogKeys.from_seed("relay.test/keys", bytes(range(96)))
_LOG = InlineDirectory.in_memory(_KEYS, _KEYS.config(), random=bytes, now=1_750_000_000)
T = TypeVar("T")
_REFUSED = (EOFError, ValueError, LookupError, SecurityError, NotImplementedError)
"""What `fetch` tells as an unreachable server."""


class _LibraryAlone:
    """In the place of Framing: everything is the library's, and of one object of it."""

    at_rest = False

    def cut(self, data: bytes) -> Iterator[tuple[bool, bytes]]:
        yield False, data


class _Listener:
    """A relay's side of one connection, and the transport below it, which keeps what is said."""

    def __init__(self, framing: Framing | _LibraryAlone) -> None:
        self.messages: list[bytes] = []
        self.said = bytearray()
        self.is_open = True
        self.websocket = WebSocket(self)
        self.websocket._framing = cast(Framing, framing)
        self.websocket.connection_made(cast(asyncio.Transport, self))

    def hear(self, data: bytes) -> None:
        if self.is_open and data:
            self.websocket.data_received(data)

    @property
    def outcome(self) -> tuple[list[bytes], bytes, bool]:
        return self.messages, bytes(self.said), self.is_open

    def message(self, _websocket: WebSocket, data: bytes) -> None:
        self.messages.append(data)

    def asked(self, _websocket: WebSocket, _target: str) -> None:
        self.is_open = False

    def connected(self, websocket: WebSocket) -> None: ...

    def opened(self, websocket: WebSocket) -> None: ...

    def gone(self, websocket: WebSocket) -> None: ...

    def set_write_buffer_limits(self, high: int) -> None: ...

    def get_extra_info(self, name: str) -> None: ...

    def get_write_buffer_size(self) -> int:
        return 0

    def can_write_eof(self) -> bool:
        return False

    def is_closing(self) -> bool:
        return not self.is_open

    def write(self, data: bytes) -> None:
        self.said += data

    def close(self) -> None:
        self.is_open = False

    abort = close


def framing(data: bytes) -> None:
    """The short way for plain messages, beside the library's own for each byte."""
    choice, step, script = (data[0], data[1] or 1, data[2:]) if len(data) > 1 else (0, 1, b"")
    honest = b"".join(FRAMES[at % len(FRAMES)] for at in range(choice % 8, choice % 8 + 3))
    stream = edit(honest, script) if choice < 128 else script
    stream = edit(UPGRADE, script) + honest if choice > 250 else UPGRADE + stream
    ours, library = _Listener(Framing()), _Listener(_LibraryAlone())
    for at in range(0, len(stream), step):
        ours.hear(stream[at : at + step])
    for at in range(len(stream)):
        library.hear(stream[at : at + 1])
    promise(ours.outcome == library.outcome, "another reading than the library's")
    head = ours.said.partition(b"\r\n\r\n")[0]  # behind it, a pong says what a ping said
    promise(b"\r\nDate:" not in head, "an answer that tells the relay's clock")
    held = len(ours.websocket._framing._kept) + len(ours.websocket._parts)
    promise(held <= MAX_MESSAGE_BYTES + 16, f"{held} bytes kept of what never ends")


def http_head(data: bytes) -> None:
    choice, script = (data[0], data[1:]) if data else (0, b"")
    head = script if choice >= 192 else edit(REQUESTS[choice % len(REQUESTS)], script)
    try:
        taken = parse_head(head[:MAX_HEAD_BYTES])
    except RefusedError as refused:
        promise(refused.status in (400, 411, 413, 431), f"refused with {refused.status}")
        return
    promise(head.split(b" ")[0] == taken.method.encode(), "another method")
    promise(taken.target.isprintable() and taken.target.isascii(), "a target of any bytes")
    fields = head.partition(b"\r\n\r\n")[0].lower().split(b"\r\n")[1:]
    named = [
        (name, value.strip(b" \t")) for name, _, value in (each.partition(b":") for each in fields)
    ]
    promise(b"transfer-encoding" not in dict(named), "two ways to end a body")
    lengths = [value for name, value in named if name == b"content-length"] or [b"0"]
    promise(lengths[0].isdigit() and [taken.length] == [*map(int, lengths)], "another length")


def http_answer(data: bytes) -> None:
    choice, script = (data[0], data[1:]) if data else (0, b"")
    said = script if choice >= 192 else edit(ANSWERS[choice % len(ANSWERS)], script)
    try:
        taken = _given(lambda reader: http_client.parse(reader, LIMIT), said)
    except _REFUSED:
        return
    promise(len(taken.body) <= LIMIT, "more than was wanted")
    whole = _given(
        lambda each: Parsed.parse(each.read_line, each.read_exact, each.read_to_eof), said
    )
    promise(taken.body == whole.body, "a part of an answer for all of it")


def _given(parse: Callable[[StreamReader], Generator[None, None, T]], said: bytes) -> T:
    """What a parser makes of that, and of nothing behind it."""
    reader = StreamReader()
    reader.feed_data(said)
    reader.feed_eof()
    try:
        next(parse(reader))
    except StopIteration as parsed:
        given: T = parsed.value
        return given
    raise FindingError("still waiting for what never comes")


def log_page(data: bytes) -> None:
    choice, script = (data[0], data[1:]) if data else (0, b"")
    asked = script if choice >= 192 else edit(PAGES[choice % len(PAGES)], script)
    promise(page(asked) is None or asked.startswith(b"/log/"), "a page where there is none")


def page(asked: bytes) -> Page | None:
    """What the log has at this address."""
    path, _, query = asked.decode("latin-1").partition("?")
    return pages.page(_LOG.answers, Auditors({}), path, query)


def submission(data: bytes) -> None:
    """What a log says to a witness, and what that answers."""
    choice, script = (data[0], data[1:]) if data else (0, b"")
    if choice % 4 == 3:
        size = check_one_form(decode_size, encode_size, edit(b"20852014\n", script))
        promise(size is None or size <= MAX_SIZE, "a size that no log has")
    else:
        honest = (*SUBMISSIONS, _ENDLESS)[choice // 4 % 4]
        taken = check_one_form(Submission.decode, Submission.encode, edit(honest, script))
        promise(taken is None or taken.old <= MAX_SIZE, "a size that no log has")
        promise(taken is None or len(taken.proof) <= MAX_PROOF_HASHES, "a proof without end")


_CHOICES = tuple(bytes((choice,)) for choice in range(9))
TARGETS = (
    Target("framing", "the short way of a message is the library's way, byte for byte", framing,
           (*(bytes((choice, 255)) for choice in range(8)), b"\0\7", b"\1\7\0\0\0\2",
            b"\xff\1\1\0\2", b"\x80\1\x82\xff" + b"\xff" * 8)),
    Target("http_head", "a request ends where it says, or is refused", http_head,
           (*_CHOICES[:3], b"\1\0\0\x20\2", b"\xc0GET / HTTP/1.1\r\n\r\n",
            b"\xc0POST / HTTP/1.1\r\nHost: w\r\nContent-Length: +5\r\n\r\n",
            b"\xc0GET /transfer-encoding: HTTP/1.0\r\n\r\n")),
    Target("http_answer", "an answer is taken whole, or as none", http_answer,
           (*_CHOICES[:3], b"\1\0\0\x30\2", b"\2" + b"\4\0\xff2" * 20,
            b"\xc0HTTP/1.1 200 OK\r\n\r\n" + bytes(LIMIT + 1))),
    Target("log_page", "a page of the log, or none", log_page, _CHOICES),
    Target("submission", "one form of what a witness hears and answers", submission,
           (*(bytes((choice,)) for choice in range(0, 16, 4)), b"\3", b"\4\4\xff\xff\0",
            b"\4\4\0\4\x30", b"\3\4\0\0\x30", b"\3" + b"\4\0\0\x39" * 11)),
)  # fmt: skip
