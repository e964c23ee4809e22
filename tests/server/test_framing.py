"""Plain messages take a way of their own, and nobody can tell: beside the library alone."""

import asyncio
from collections.abc import Iterator
from itertools import pairwise
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_server.framing import Framing
from doorless_server.limits import MAX_MESSAGE_BYTES
from doorless_server.websocket import WebSocket

REQUEST = (
    b"GET / HTTP/1.1\r\nHost: relay\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Protocol: doorless.1\r\n\r\n"
)
FINAL_BINARY, BINARY, FINAL_CONTINUATION, CONTINUATION = 0x82, 0x02, 0x80, 0x00
TEXT, CLOSE, PING = 0x81, 0x88, 0x89


class LibraryAlone:
    """In the place of Framing: everything is the library's, and of one object of it."""

    at_rest = False

    def cut(self, data: bytes) -> Iterator[tuple[bool, bytes]]:
        yield False, data


class Peer:
    """Writes down all that becomes of what a client sends: messages, and bytes sent back."""

    def __init__(self, framing: Framing | LibraryAlone) -> None:
        self.seen: list[bytes] = []
        self.said = bytearray()
        self.is_open = True
        self.websocket = WebSocket(self)
        self.websocket._framing = cast(Framing, framing)
        self.websocket.connection_made(cast(asyncio.Transport, self))

    def hear(self, stream: bytes, cuts: list[int]) -> None:
        for start, end in pairwise([0, *sorted(cuts), len(stream)]):
            if self.is_open and stream[start:end]:
                self.websocket.data_received(stream[start:end])

    @property
    def outcome(self) -> tuple[list[bytes], bytes, bool]:
        return self.seen, bytes(self.said), self.is_open

    # --- what a WebSocket asks of its transport, and tells

    def can_write_eof(self) -> bool:
        return False

    def is_closing(self) -> bool:
        return not self.is_open

    def connected(self, websocket: WebSocket) -> None: ...

    def opened(self, websocket: WebSocket) -> None: ...

    def message(self, websocket: WebSocket, data: bytes) -> None:
        self.seen.append(data)

    def asked(self, websocket: WebSocket, target: str) -> None:
        self.is_open = False

    def gone(self, websocket: WebSocket) -> None: ...

    # --- what a transport does

    def set_write_buffer_limits(self, high: int) -> None: ...

    def get_extra_info(self, name: str) -> None: ...

    def write(self, data: bytes) -> None:
        self.said += data

    def close(self) -> None:
        self.is_open = False

    abort = close


def frame(first: int, payload: bytes, mask: bytes | None = b"\x01\x82\x53\xff") -> bytes:
    size, bit = len(payload), 0 if mask is None else 0x80
    if size < 126:
        header = bytes((first, bit | size))
    elif size < 1 << 16:
        header = bytes((first, bit | 126)) + size.to_bytes(2, "big")
    else:
        header = bytes((first, bit | 127)) + size.to_bytes(8, "big")
    if mask is None:
        return header + payload
    return header + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))


payloads = st.one_of(
    st.binary(max_size=6),
    st.sampled_from([125, 126, 200]).map(bytes),
    st.sampled_from([b"\x03\xe8", b"\x03\xe8bye", b"\x03"]),
)
masks = st.one_of(st.binary(min_size=4, max_size=4), st.none())
honest = st.one_of(
    st.builds(frame, st.just(FINAL_BINARY), payloads, st.binary(min_size=4, max_size=4)),
    st.builds(frame, st.just(PING), st.binary(max_size=125)),
    st.lists(payloads, min_size=1, max_size=4).map(
        lambda parts: (
            frame(BINARY, parts[0])
            + b"".join(frame(CONTINUATION, part) + frame(PING, b"") for part in parts)
            + frame(FINAL_CONTINUATION, parts[-1])
        )
    ),
)
anything = st.one_of(
    honest,
    st.builds(frame, st.integers(0, 255), payloads, masks),
    st.builds(
        frame,
        st.sampled_from([BINARY, CONTINUATION, FINAL_CONTINUATION, TEXT, CLOSE]),
        payloads,
    ),
    st.binary(max_size=20),
)
cuts = st.lists(st.integers(0, 1_200), max_size=12)


def test_a_connection_at_rest_holds_nothing_of_the_library() -> None:
    peer = Peer(Framing())
    peer.hear(REQUEST, [])
    ping, whole = frame(PING, b"there?"), frame(FINAL_BINARY, b"whole")
    begun, ended = frame(BINARY, b"be"), frame(FINAL_CONTINUATION, b"gun")
    assert peer.websocket._protocol is None
    for stream in (begun, ping[:3], ping[3:]):
        peer.hear(stream, [])
        assert peer.websocket._protocol is not None
    for stream in (ended, ping, whole):
        peer.hear(stream, [])
        assert peer.websocket._protocol is None
    assert peer.seen == [b"begun", b"whole"]


def compared(stream: bytes, at: list[int]) -> Peer:
    """The library gets one byte after the other: of much at once it reads all before it tells
    of the first, so that its outcome would depend on how the bytes were cut."""
    ours, theirs = Peer(Framing()), Peer(LibraryAlone())
    ours.hear(stream, [cut for cut in at if cut < len(stream)])
    theirs.hear(stream, list(range(len(stream))))
    assert ours.outcome == theirs.outcome
    return ours


@given(st.lists(honest, max_size=6).map(b"".join), cuts)
def test_what_honest_clients_send_is_understood_alike(stream: bytes, at: list[int]) -> None:
    assert compared(REQUEST + stream, at).is_open


@given(st.lists(anything, max_size=6).map(b"".join), cuts)
def test_whatever_comes_has_the_same_end(stream: bytes, at: list[int]) -> None:
    compared(REQUEST + stream, at)


@given(st.binary(max_size=60), st.integers(0, len(REQUEST)), cuts)
def test_a_request_may_be_spoiled_anywhere(noise: bytes, where: int, at: list[int]) -> None:
    compared(REQUEST[:where] + noise + REQUEST[where:] + frame(FINAL_BINARY, b"x"), at)


def test_nothing_is_heard_behind_a_request_that_is_refused() -> None:
    for refused in (REQUEST.replace(b"Upgrade: web", b"*Upgrade: web"), b"GET / HTTP/1.1\r\n\r\n"):
        stream = refused + frame(FINAL_BINARY, b"x")
        assert compared(stream, []).seen == []


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (REQUEST, 101),
        (REQUEST.replace(b"websocket", b"h2c"), 426),
        (REQUEST.replace(b"doorless.1", b"doorless.0"), 400),
        (b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\n\r\n", 414),
        (REQUEST[:-2] + b"A: " + b"a" * 9_000 + b"\r\n\r\n", 431),
        (REQUEST[:-2] + b"A: a\r\n" * 130 + b"\r\n", 431),
    ],
    ids=["101", "426", "400", "414", "431-long", "431-many"],
)
def test_no_answer_tells_the_clock_or_the_program(asked: bytes, status: int) -> None:
    peer = Peer(Framing())
    peer.hear(asked, [])
    said = bytes(peer.said)
    assert said.startswith(b"HTTP/1.1 %d " % status)
    names = {line.partition(b":")[0].lower() for line in said.split(b"\r\n")[1:]}
    assert not names & {b"date", b"server"}


def test_bytes_that_come_one_by_one_are_messages_all_the_same() -> None:
    said = [b"", b"x", bytes(125), bytes(126), bytes(300)]
    stream = REQUEST + b"".join(frame(FINAL_BINARY, each) for each in said)
    peer = compared(stream, list(range(len(stream))))
    assert peer.seen == said


def test_the_longest_message_is_plain_and_one_byte_more_is_refused_at_its_header() -> None:
    longest = bytes(MAX_MESSAGE_BYTES)
    peer = Peer(Framing())
    peer.hear(REQUEST + frame(FINAL_BINARY, longest), [len(REQUEST) + 5, 30_000])
    assert (peer.seen, peer.is_open) == ([longest], True)
    header = frame(FINAL_BINARY, longest + b"x")[:10]
    refused = compared(REQUEST + header, [len(REQUEST) + 9])
    assert not refused.is_open


def test_what_is_kept_is_bounded_and_looked_at_a_few_times_only() -> None:
    """A byte at a time costs a byte at a time: until a frame is whole nothing is copied again."""
    framing = Framing()
    assert list(framing.cut(REQUEST)) == [(False, REQUEST)]
    stream = frame(FINAL_BINARY, bytes(MAX_MESSAGE_BYTES))
    kept, copied = framing._kept, 0
    for at in range(len(stream) - 1):
        assert not list(framing.cut(stream[at : at + 1]))
        copied += framing._kept is not kept
        kept = framing._kept
    assert copied == 2  # with two bytes of a header, and with ten; then it waits for all
    assert len(kept) == len(stream) - 1
    assert list(framing.cut(stream[-1:])) == [(True, bytes(MAX_MESSAGE_BYTES))]
    assert not framing._kept
