from hashlib import sha256
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_protocol import blob_frames, frames, log_frames, notice_frames
from doorless_protocol.content import MAX_MANIFEST_BYTES
from doorless_protocol.errors import MalformedError
from doorless_protocol.frames import (
    Answer,
    Call,
    decode_call,
    decode_from_relay,
    delivery_token_hash,
    encode,
)
from doorless_protocol.manifest import ENTRY_SIZE, MAX_DEVICES, SIGNED_HEAD_SIZE
from doorless_protocol.prekeys import BUNDLE_SIZE, PAIR_SIZE
from doorless_protocol.sizes import SIZE_CLASSES

ID, DIGEST = bytes(range(16)), bytes(range(32))
NOTICE = notice_frames.Notice(
    *("D" * 64, "i" * 40, "DE", "\U0001f600" * 80, "\U0001f600" * 80, "A" * 40, ("a" * 40,) * 8),
    *("d" * 40, (notice_frames.Handed("w" * 40, "f" * 40, 2**32 - 1),) * 12),
    *(2**32 - 1, 2**32 - 1, True, True, notice_frames.Slot(2**32 - 1, 2**32 - 1), 2**32 - 1),
)
"""As large as one may be."""

ASKED = notice_frames.Notice(
    *("2026-1", "court", "ZZ", "", "", "MLAT", (), "rejected", (), 1, 2, False, False)
)

REQUESTS = [
    frames.SignIn(DIGEST, ID, bytes(1984), bytes(3373)),
    frames.Register("alice", bytes(8680), DIGEST, bytes(3535), ID),
    frames.PublishManifest(bytes(8680), bytes(3535), ID),
    frames.BeginPrekeys(bytes(BUNDLE_SIZE)),
    frames.AddPrekeys((bytes(PAIR_SIZE),) * frames.MAX_PAIRS_PER_FRAME),
    frames.CommitPrekeys(),
    frames.PrekeyStatus(),
    frames.SetDeliveryToken(DIGEST),
    frames.Subscribe(),
    frames.Acknowledge((ID, DIGEST[16:])),
    frames.Incarnation(1, 2),
    frames.CloseAccount(bytes(3535), ID),
    notice_frames.FetchNotices(),
    frames.Hello(),
    frames.Submit(ID, b"", ID, bytes(SIZE_CLASSES[-1])),
    frames.Lookup("alice", 0, 3, 2**53 - 1),
    log_frames.LogHead(0),
    log_frames.LogAnchors(1, 2),
    log_frames.LogAtAnchor("alice", 2**32 - 1, 2**53 - 1),
    log_frames.LogRecords("alice", 8),
    log_frames.Dispute("alice", bytes(3535), ID),
    log_frames.AuditDeltas(ID, 2**53 - 1, 1000),
    frames.FetchBundle(ID),
    frames.Leave(DIGEST, bytes(32 * 1024)),
    frames.Collect(DIGEST),
    blob_frames.BlobPut(DIGEST, 2**32 - 1, 0, bytes(64 * 1024)),
    blob_frames.BlobStatus(DIGEST),
    blob_frames.BlobGet(DIGEST, 2**32 - 1),
    blob_frames.BlobDrop(DIGEST),
]
ANSWERS = [
    frames.Done(),
    frames.Refused(frames.Refusal.BUSY, 30),
    frames.PrekeysHeld(DIGEST, 100),
    frames.IncarnationHeld(2**53 - 1),
    frames.RelayInfo("relay.example", (), DIGEST, 1000, 20),
    frames.RelayInfo("relay.example", (DIGEST,), DIGEST, 1000, 20, bytes(1500)),
    log_frames.Logged(bytes(152)),
    log_frames.LogProof(bytes(9000)),
    frames.Found(bytes(8680), (bytes(SIGNED_HEAD_SIZE),), None),
    frames.BundleServed(bytes(BUNDLE_SIZE), b"", 0, ()),
    frames.Collected(bytes(28)),
    blob_frames.BlobHeld(2**32 - 1),
    blob_frames.BlobPiece(bytes(64 * 1024)),
    notice_frames.NoticesHeld((NOTICE,) * notice_frames.MAX_NOTICES, bytes(4096)),
    notice_frames.NoticesHeld((ASKED,), b""),
]
PUSHED = [
    frames.Challenge("relay.example", DIGEST),
    frames.Deliver(ID, bytes(2048)),
    frames.Closing(frames.CloseReason.REPLACED),
]
CALLS = [Call(n, request) for n, request in enumerate(REQUESTS)]
FROM_RELAY = [*(Answer(n, answered) for n, answered in enumerate(ANSWERS)), *PUSHED]


def test_the_examples_below_are_of_every_frame() -> None:
    assert {type(request) for request in REQUESTS} == set(get_args(frames.Request))
    assert {type(answered) for answered in ANSWERS} == set(get_args(frames.Answered))
    assert {type(pushed) for pushed in PUSHED} | {Answer} == set(get_args(frames.FromRelay))


@pytest.mark.parametrize("call", CALLS, ids=lambda call: type(call.request).__name__)
def test_a_call_arrives_as_it_was_made(call) -> None:
    assert decode_call(encode(call)) == call
    with pytest.raises(MalformedError):
        decode_from_relay(encode(call))


@pytest.mark.parametrize("frame", FROM_RELAY, ids=lambda frame: type(frame).__name__)
def test_what_a_relay_says_arrives_as_it_was_said(frame) -> None:
    assert decode_from_relay(encode(frame)) == frame
    with pytest.raises(MalformedError):
        decode_call(encode(frame))


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_in_our_own_words(data) -> None:
    for decode in (decode_call, decode_from_relay):
        try:
            frame = decode(data)
        except MalformedError:
            continue
        assert encode(frame) == data


@given(st.sampled_from(CALLS), st.data())
def test_an_altered_call_is_another_call_or_none(call, data) -> None:
    encoded = encode(call)
    at = data.draw(st.integers(0, len(encoded) - 1))
    altered = encoded[:at] + data.draw(st.binary(max_size=3)) + encoded[at + 1 :]
    try:
        decoded = decode_call(altered)
    except MalformedError:
        return
    assert encode(decoded) == altered
    assert (decoded == call) == (altered == encoded)


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        encode(CALLS[-1]) + b"\0",
        encode(CALLS[-1])[:-1],
        b"\xdc\x00\x02" + encode(CALLS[-1])[1:],  # a list's length in two bytes
        msgspec.msgpack.encode(["call", 0, ["hello"], 1]),  # an element more
        msgspec.msgpack.encode(["call", 0, ["hello", 1]]),
        msgspec.msgpack.encode(["call", 0, ["unheard_of"]]),
        msgspec.msgpack.encode(["call", 0, ["done"]]),  # an answer
        msgspec.msgpack.encode(["call", -1, ["hello"]]),
        msgspec.msgpack.encode(["call", 2**32, ["hello"]]),
        msgspec.msgpack.encode(["call", True, ["hello"]]),
        msgspec.msgpack.encode(["call", 1.0, ["hello"]]),
        msgspec.msgpack.encode(["call", 0, ["fetch_bundle", bytes(15)]]),
        msgspec.msgpack.encode(["call", 0, ["incarnation", 0, 2**53]]),
        msgspec.msgpack.encode(["call", 0, ["acknowledge", []]]),
        msgspec.msgpack.encode(["call", 0, ["acknowledge", [ID] * 257]]),
        msgspec.msgpack.encode(["call", 0, ["submit", ID, bytes(17), ID, bytes(2048)]]),
        msgspec.msgpack.encode(["call", 0, ["submit", ID, b"", ID, bytes(2047)]]),
        msgspec.msgpack.encode({"type": "call", "id": 0, "request": ["hello"]}),
        b"\x91" * 3000,
        bytes(frames.MAX_FRAME_BYTES + 1),
    ],
)
def test_what_no_honest_client_sends_is_malformed(wrong) -> None:
    with pytest.raises(MalformedError):
        decode_call(wrong)


@pytest.mark.parametrize(
    "handle",
    ["", "a", "A1", "1a", "alice\n", "älice", "al ice", "a" * 32, "-ab", "a\0b", "alice@relay"],
)
def test_a_handle_has_one_alphabet(handle) -> None:
    with pytest.raises(MalformedError):
        decode_call(msgspec.msgpack.encode(["call", 0, ["lookup", handle, 0, 0, 0]]))


@pytest.mark.parametrize("handle", ["", "A1", "п", "a" * 64])
def test_whatever_somebody_asks_to_be_called_is_heard_and_then_told_why_not(handle) -> None:
    call = decode_call(
        msgspec.msgpack.encode(["call", 0, ["register", handle, b"", DIGEST, b"", b""]])
    )
    assert call.request == frames.Register(handle, b"", DIGEST)
    too_long = msgspec.msgpack.encode(["call", 0, ["register", "a" * 65, b"", DIGEST, b"", b""]])
    with pytest.raises(MalformedError):
        decode_call(too_long)


def test_the_largest_of_everything_fits_one_frame() -> None:
    manifest = bytes(SIGNED_HEAD_SIZE + MAX_DEVICES * ENTRY_SIZE)
    assert len(manifest) <= MAX_MANIFEST_BYTES
    pair = bytes(PAIR_SIZE)
    for call in (
        Call(2**32 - 1, frames.Submit(ID, ID, ID, bytes(SIZE_CLASSES[-1]))),
        Call(2**32 - 1, frames.AddPrekeys((pair,) * frames.MAX_PAIRS_PER_FRAME)),
        Call(2**32 - 1, frames.Register("a" * 31, manifest, DIGEST)),
    ):
        assert len(encode(call)) <= frames.MAX_FRAME_BYTES
        assert decode_call(encode(call)) == call
    served = frames.BundleServed(bytes(BUNDLE_SIZE), pair, 99, (DIGEST,) * 7)
    assert decode_from_relay(encode(Answer(0, served))) == Answer(0, served)


def test_a_login_names_relay_moment_connection_account_and_device() -> None:
    names = {"relay": "relay", "nonce": DIGEST, "binding": bytes(32), "account": DIGEST[::-1]}
    signed = frames.login_object(**names, device=ID)
    assert signed == b"\x05relay" + DIGEST + bytes(32) + DIGEST[::-1] + ID
    assert frames.login_object(**names | {"relay": "other"}, device=ID) != signed


@pytest.mark.parametrize("name", ["", "ü" * 255, "relay\n", "re lay", "\x1b[2J", "a" * 256])
def test_a_relay_cannot_choose_a_name_that_could_not_be_signed_or_shown(name) -> None:
    with pytest.raises(MalformedError):
        decode_from_relay(msgspec.msgpack.encode(["challenge", name, DIGEST]))


def test_a_relay_keeps_a_hash_of_a_token_that_is_bound_to_its_use() -> None:
    token = bytes(range(16))
    assert delivery_token_hash(token) == sha256(b"doorless/1 delivery token" + token).digest()
