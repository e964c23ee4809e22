"""Targets: frames in both directions and contents, which are msgpack in one canonical form.

The decoder is compiled, so coverage says little of it. Besides bytes, values of every shape
are tried: an honest frame is taken apart, changed as a tree, and encoded again.
"""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from doorless_protocol import blob_frames, frames, log_frames
from doorless_protocol.content import (
    NO_PREVIOUS,
    Body,
    Content,
    Control,
    Delete,
    Edit,
    File,
    Profile,
    Quote,
    React,
    Receipt,
    Text,
    Timer,
    Typing,
    Unknown,
)
from doorless_protocol.frames import MAX_FRAME_BYTES, decode_call, decode_from_relay
from doorless_protocol.notice_frames import FetchNotices, Handed, Notice, NoticesHeld, Slot
from doorless_protocol.sizes import SIZE_CLASSES
from fuzz.harness import Target, attempt, check_one_form, edit, promise

ID, HASH, TOKEN = bytes(range(16)), bytes(range(32)), bytes(16)
ENVELOPE = bytes(SIZE_CLASSES[0])
NOTICE = Notice(
    *("2026-1", "court", "DE", "Amtsgericht", "12 Gs 3", "DE_BESTAND", ("basic",), "no_data"),
    *((Handed("accounts", "public_key", 1),), 20_000, 20_001, False, True, Slot(20_000, 3), 20_001),
)

_REQUESTS: tuple[frames.Request, ...] = (
    frames.SignIn(HASH, ID, bytes(1984), bytes(3373)),
    frames.Register("alice", b"manifest", HASH),
    frames.PublishManifest(b"manifest"),
    frames.BeginPrekeys(b"bundle"),
    frames.AddPrekeys((b"pair", b"pair")),
    frames.CommitPrekeys(),
    frames.PrekeyStatus(),
    frames.SetDeliveryToken(HASH),
    frames.Subscribe(),
    frames.Acknowledge((ID, ID)),
    frames.Incarnation(1, 2**53 - 1),
    frames.CloseAccount(),
    FetchNotices(),
    frames.Hello(),
    frames.Submit(ID, TOKEN, ID, ENVELOPE),
    frames.Lookup("bob", 3),
    frames.FetchBundle(ID),
    frames.Leave(HASH, bytes(28)),
    frames.Collect(HASH),
    log_frames.LogHead(7),
    log_frames.LogAnchors(1, 7),
    log_frames.LogAtAnchor("bob", 1, 2),
    log_frames.LogRecords("bob", 3),
    log_frames.Dispute("bob", b"record", ID),
    log_frames.AuditDeltas(ID, 7, 64),
    blob_frames.BlobPut(HASH, 70_000, 65_536, b"piece"),
    blob_frames.BlobStatus(HASH),
    blob_frames.BlobGet(HASH, 65_536),
    blob_frames.BlobDrop(HASH),
)
_ANSWERS: tuple[frames.Answered, ...] = (
    frames.Done(),
    frames.Refused(3, 60),
    frames.PrekeysHeld(HASH, 100),
    frames.IncarnationHeld(7),
    frames.RelayInfo("relay.example", (b"key",), HASH, 2000, 100),
    frames.Found(b"manifest", (b"head",), None),
    frames.BundleServed(b"bundle", b"pair", 1, (HASH, HASH)),
    NoticesHeld((NOTICE,), b"canary"),
    frames.Collected(bytes(28)),
    log_frames.Logged(b"receipt"),
    log_frames.LogProof(b"proof"),
    blob_frames.BlobHeld(65_536),
    blob_frames.BlobPiece(b"piece"),
)
CALLS = tuple(frames.encode(frames.Call(at, each)) for at, each in enumerate(_REQUESTS))
FROM_RELAY = (
    *(frames.encode(frames.Answer(at, each)) for at, each in enumerate(_ANSWERS)),
    frames.encode(frames.Deliver(ID, ENVELOPE)),
    frames.encode(frames.Challenge("relay.example", HASH)),
    frames.encode(frames.Closing(2)),
)
_BODIES: tuple[Body, ...] = (
    Control(),
    Text("meet at nine"),
    Receipt((ID,), read=True),
    Typing(active=True),
    Profile("Alice", ID, b"manifest"),
    Text("", Quote(HASH, ID, "nine?"), File("map.png", 9, HASH, HASH, HASH), 60, forwarded=True),
    React(HASH, ID, "\u2615"),
    Edit(ID, "meet at ten"),
    Delete(ID),
    Timer(3600, 1),
)
CONTENTS = tuple(
    Content.saying(
        body, id=ID, counter=at, previous=NO_PREVIOUS, conversation=HASH, time=1_800_000_000_000
    ).encode()
    for at, body in enumerate(_BODIES)
)

_ODD: tuple[Any, ...] = (
    *(None, True, -1, 0, 2**32, 2**53, 2**63, 2**64 - 1, -(2**63)),
    *(float("nan"), float("inf"), 1e308, "", "\0", "a" * 70_000, b"", bytes(70_000)),
    *([], {}, {"a": 1}, [[[[[[[[]]]]]]]], [None] * 1000, msgspec.msgpack.Ext(1, b"")),
)
"""Values of every other type and size, for any place in a tree."""


def reshape(tree: Any, script: bytes) -> Any:
    """Walk down by the first bytes, then replace, drop, repeat or add what is there."""
    if not isinstance(tree, list) or len(script) < 2:
        return _ODD[script[0] % len(_ODD)] if script else tree
    at, what, rest = script[0] % (len(tree) + 1), script[1] % 5, script[2:]
    head, tail = tree[:at], tree[at + 1 :]
    here = tree[at] if at < len(tree) else None
    match what:
        case 0:
            return [*head, reshape(here, rest), *tail]
        case 1:
            return [*head, *tail]
        case 2:
            return [*head, here, here, *tail]
        case 3:
            return [*tree, *(_ODD[value % len(_ODD)] for value in rest[:3])]
        case _:
            return [*head, _ODD[rest[0] % len(_ODD)] if rest else None, *tail]


def loose(tree: Any, script: Iterator[int]) -> bytes:
    """Encode, with headers longer than they need be wherever the script is odd."""
    long = next(script, 0) & 1
    match tree:
        case bool():
            return msgspec.msgpack.encode(tree)
        case int() if long and 0 <= tree < 2**64:
            return b"\xcf" + tree.to_bytes(8, "big")
        case str() if long:
            return b"\xdb" + len(tree.encode()).to_bytes(4, "big") + tree.encode()
        case bytes() if long:
            return b"\xc6" + len(tree).to_bytes(4, "big") + tree
        case list():
            size = len(tree)
            short = bytes((0x90 | size,)) if size < 16 else b"\xdc" + size.to_bytes(2, "big")
            front = b"\xdd" + size.to_bytes(4, "big") if long else short
            return front + b"".join(loose(each, script) for each in tree)
        case _:
            return msgspec.msgpack.encode(tree)


def hostile(honest: tuple[bytes, ...], data: bytes) -> bytes:
    """The input itself, an honest frame with edited bytes, of another shape, or loosely encoded."""
    choice, script = (data[0], data[1:]) if data else (0, b"")
    if choice < 32:
        return script
    frame = honest[choice % len(honest)]
    if choice < 128:
        return edit(frame, script)
    if choice < 192:
        return msgspec.msgpack.encode(reshape(msgspec.msgpack.decode(frame), script))
    return loose(msgspec.msgpack.decode(frame), iter(script))


def _frame(honest: tuple[bytes, ...], decode: Callable[[bytes], Any], data: bytes) -> None:
    encoded = hostile(honest, data)
    if check_one_form(decode, frames.encode, encoded) is not None:
        promise(len(encoded) <= MAX_FRAME_BYTES, "a frame above the limit")


def call(data: bytes) -> None:
    _frame(CALLS, decode_call, data)


def from_relay(data: bytes) -> None:
    _frame(FROM_RELAY, decode_from_relay, data)


def content(data: bytes) -> None:
    taken = check_one_form(Content.decode, Content.encode, hostile(CONTENTS, data))
    if taken is None:
        return
    body = attempt(taken.say)
    if body is not None and not isinstance(body, Unknown):
        again = Content.saying(
            body,
            id=taken.id,
            counter=taken.counter,
            previous=taken.previous,
            conversation=taken.conversation,
            time=taken.time,
        )
        promise(again.body == taken.body, "two encodings of one body")


_SEEDS = (
    *(bytes((choice,)) for choice in range(32, 60)),
    *(b"\0\x91" * 8, b"\x80\2\0\0\4", b"\x90\1\4\7", b"\xa0\2\1", b"\xb1\1\3\5"),
    *(b"\0" + b"\x91" * 2000, b"\xc8\0\1", b"\xd0\1", b"\xe3\0\0\0\1"),
)
TARGETS = (
    Target("call", "one canonical form of what a client asks, below the limit", call, _SEEDS),
    Target("from_relay", "one canonical form of what a relay says", from_relay, _SEEDS),
    Target("content", "one canonical form of what people say, body and all", content, _SEEDS),
)
