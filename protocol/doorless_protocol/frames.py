"""What clients and relays say to each other: one WebSocket message is one frame.

A client sends Calls; the relay answers each with one Answer of the same id, and pushes
Deliver and Closing without one. The first frame on a connection is the relay's Challenge.
A connection becomes signed in by SignIn, or is anonymous by its first other request; it
never changes sides. Spec: docs/spec/07-relay.md, with a table for each frame.
"""

from enum import IntEnum
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from doorless_protocol.blob_frames import (
    BlobDrop,
    BlobGet,
    BlobHeld,
    BlobPiece,
    BlobPut,
    BlobStatus,
)
from doorless_protocol.encoding import decode_canonical
from doorless_protocol.errors import MalformedError
from doorless_protocol.frame_fields import (
    U32,
    U53,
    Bundle,
    Digest,
    Envelope,
    Frame,
    Handle,
    Id,
    Left,
    Manifest,
    Opening,
    Pair,
    Path,
    Record,
    RelayName,
    Token,
)
from doorless_protocol.log_frames import (
    AuditDeltas,
    Dispute,
    LogAnchors,
    LogAtAnchor,
    Logged,
    LogHead,
    LogProof,
    LogRecords,
)
from doorless_protocol.notice_frames import FetchNotices, NoticesHeld
from doorless_protocol.primitives import sha256

SUBPROTOCOL: Final = "doorless.1"
MAX_FRAME_BYTES: Final = 68 * 1024
"""The largest envelope and its frame, with room."""

MAX_PAIRS_PER_FRAME: Final = 32
"""One-time pairs in one AddPrekeys: 32 of 1,618 bytes stay under MAX_FRAME_BYTES."""

MAX_ACKNOWLEDGED: Final = 256
"""Envelope ids in one Acknowledge."""

MAX_ASKED_HANDLE: Final = 64
"""Characters of what somebody asks to be called: more than a handle has, and then told why not."""


# --- asked by a device that signed in --------------------------------------------------------


class SignIn(Frame, tag="sign_in", frozen=True):
    """Proves that this device is here, now, on this connection. Spec §3.1."""

    account: Digest
    device: Id
    key: Annotated[bytes, Meta(min_length=1984, max_length=1984)]
    signature: Annotated[bytes, Meta(min_length=3373, max_length=3373)]


class Register(Frame, tag="register", frozen=True):
    """Begin an account under a handle, which is looked at when this is handled. Spec §3.2."""

    handle: Annotated[str, Meta(max_length=MAX_ASKED_HANDLE)]
    manifest: Manifest
    token_hash: Digest
    record: Record = b""
    opening: Opening = b""


class PublishManifest(Frame, tag="publish_manifest", frozen=True):
    """Replace the account's manifest by its successor. Spec §3.3."""

    manifest: Manifest
    record: Record = b""
    opening: Opening = b""


class BeginPrekeys(Frame, tag="begin_prekeys", frozen=True):
    """Start to upload a bundle; nothing changes before CommitPrekeys. Spec §3.4."""

    bundle: Bundle


class AddPrekeys(Frame, tag="add_prekeys", frozen=True):
    """The next one-time pairs of the bundle's batch, in order. Spec §3.4."""

    pairs: Annotated[tuple[Pair, ...], Meta(min_length=1, max_length=MAX_PAIRS_PER_FRAME)]


class CommitPrekeys(Frame, tag="commit_prekeys", frozen=True):
    """Serve the uploaded bundle from now on, all of it or nothing. Spec §3.4."""


class PrekeyStatus(Frame, tag="prekey_status", frozen=True):
    """Which bundle is served, and how many one-time pairs are left? Spec §3.4."""


class SetDeliveryToken(Frame, tag="set_delivery_token", frozen=True):
    """What contacts must know from now on; the hash before it serves one more day. Spec §3.5."""

    token_hash: Digest


class Subscribe(Frame, tag="subscribe", frozen=True):
    """Push what waits in this device's mailbox, and what comes. Spec §3.6."""


class Acknowledge(Frame, tag="acknowledge", frozen=True):
    """These are stored here; the relay may forget them. Spec §3.6."""

    ids: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=MAX_ACKNOWLEDGED)]


class Incarnation(Frame, tag="incarnation", frozen=True):
    """`next` replaces `expected`; else the relay says what it holds instead. Spec §3.7."""

    expected: U53
    next: U53


class CloseAccount(Frame, tag="close_account", frozen=True):
    """Delete the account and everything held for it. Spec §3.8."""

    record: Record = b""
    opening: Opening = b""


# --- asked without an account ----------------------------------------------------------------


class Hello(Frame, tag="hello", frozen=True):
    """Who are you? Spec §4.1."""


class Submit(Frame, tag="submit", frozen=True):
    """Keep this envelope for that mailbox. The same id twice is kept once. Spec §4.2."""

    mailbox: Id
    token: Token
    envelope_id: Id
    envelope: Envelope


class Lookup(Frame, tag="lookup", frozen=True):
    """Whom does this handle stand for, and what changed since the version I know? Spec §4.3."""

    handle: Handle
    known_version: U53  # of the manifest; 0: none
    log_version: U53 = 0  # of the record in the key log that is known
    log_size: U53 = 0  # of the log whose checkpoint is known


class FetchBundle(Frame, tag="fetch_bundle", frozen=True):
    """Prekeys to begin a session with this device. Spec §4.4."""

    device: Id


class Leave(Frame, tag="leave", frozen=True):
    """Leave something sealed where who knows the place finds it, for minutes. Spec §4.5."""

    place: Digest
    sealed: Left


class Collect(Frame, tag="collect", frozen=True):
    """What was left at this place? Spec §4.5."""

    place: Digest


SignedInRequest = (
    Register
    | PublishManifest
    | BeginPrekeys
    | AddPrekeys
    | CommitPrekeys
    | PrekeyStatus
    | SetDeliveryToken
    | Subscribe
    | Acknowledge
    | Incarnation
    | CloseAccount
    | FetchNotices
)
AnonymousRequest = (
    Hello
    | Submit
    | Lookup
    | FetchBundle
    | Leave
    | Collect
    | LogHead
    | LogAnchors
    | LogAtAnchor
    | LogRecords
    | Dispute
    | AuditDeltas
    | BlobPut
    | BlobStatus
    | BlobGet
    | BlobDrop
)
Request = SignIn | SignedInRequest | AnonymousRequest


# --- answers ---------------------------------------------------------------------------------


class Refusal(IntEnum):
    """Why not, as far as anybody may know. Spec §5.2."""

    MALFORMED = 1  # no honest client sends this
    NOT_ALLOWED = 2  # unknown or forbidden: which of them stays open
    BUSY = 3  # try again after `retry_after` seconds
    TAKEN = 4  # the handle, or a key, belongs to somebody else
    STALE = 5  # the manifest does not follow the one held
    CLOSED = 6  # the account was closed
    UNFIT_HANDLE = 7  # no handle, or a reserved one: `handles.check_registrable` says why
    LOOKALIKE = 8  # the handle looks like one that is taken
    RELEASED = 9  # the handle, or one that looks like it, was given up not long ago
    FULL = 10  # no room for a file now: try again after `retry_after` seconds
    TOO_LARGE = 11  # no file of this size is taken here


class Done(Frame, tag="done", frozen=True):
    """It is so, durably."""


class Refused(Frame, tag="refused", frozen=True):
    """Nothing changed."""

    reason: Annotated[int, Meta(ge=1, le=11)]
    retry_after: U32  # seconds; 0 where trying again is of no use


class PrekeysHeld(Frame, tag="prekeys_held", frozen=True):
    bundle_hash: Digest  # zeros: none is served
    one_time: U32


class IncarnationHeld(Frame, tag="incarnation_held", frozen=True):
    value: U53


class RelayInfo(Frame, tag="relay_info", frozen=True):
    name: RelayName
    log_keys: Annotated[tuple[bytes, ...], Meta(max_length=8)]
    config_hash: Digest
    max_waiting: U32
    max_requests: U32
    config: Annotated[bytes, Meta(max_length=16 * 1024)] = b""  # of the key log; empty: none


class Found(Frame, tag="found", frozen=True):
    """The manifest, the signed heads between the known version and it, and a log proof."""

    manifest: Manifest  # empty: the log proves that the handle stands for nobody
    heads: Annotated[tuple[bytes, ...], Meta(max_length=64)]
    proof: bytes | None  # null where there is no key log


class Collected(Frame, tag="collected", frozen=True):
    sealed: Left


class BundleServed(Frame, tag="bundle_served", frozen=True):
    bundle: Bundle
    pair: Pair  # empty: the last-resort prekey it is
    index: U32
    path: Path


Answered = (
    Done
    | Refused
    | PrekeysHeld
    | IncarnationHeld
    | RelayInfo
    | Found
    | BundleServed
    | Collected
    | Logged
    | LogProof
    | BlobHeld
    | BlobPiece
    | NoticesHeld
)


class CloseReason(IntEnum):
    """Why a connection ends, told before it does. Spec §5.4."""

    REPLACED = 1  # a newer connection of this device took over
    GOING_AWAY = 2  # the relay stops; come back
    TOO_SLOW = 3  # it did not read what was pushed to it
    NOT_IN_TIME = 4  # it did not sign in, or say anything, in time
    MALFORMED = 5  # it sent something that is no frame
    REVOKED = 6  # the manifest no longer lists this device


class Challenge(Frame, tag="challenge", frozen=True):
    """The first frame of every connection."""

    relay: RelayName
    nonce: Digest


class Deliver(Frame, tag="deliver", frozen=True):
    envelope_id: Id
    envelope: Envelope


class Closing(Frame, tag="closing", frozen=True):
    reason: Annotated[int, Meta(ge=1, le=6)]


class Call(Frame, tag="call", frozen=True):
    """A request. Ids are the client's choice, unique among its open requests."""

    id: U32
    request: Request


class Answer(Frame, tag="answer", frozen=True):
    """The answer to the Call with this id."""

    id: U32
    answered: Answered


FromRelay = Answer | Deliver | Challenge | Closing


def encode(frame: Call | FromRelay) -> bytes:
    return _encoder.encode(frame)


def decode_call(data: bytes) -> Call:
    """Raises MalformedError: not the one canonical encoding of a request."""
    call: Call = _decode(data, _call_decoder)
    return call


def decode_from_relay(data: bytes) -> FromRelay:
    """Raises MalformedError: not the one canonical encoding of what a relay says."""
    frame: FromRelay = _decode(data, _from_relay_decoder)
    return frame


def login_object(relay: str, nonce: bytes, binding: bytes, account: bytes, device: bytes) -> bytes:
    """The bytes that a device signs to sign in. Spec §3.1.

    Args:
        binding: SHA-256 of the relay's leaf certificate; zeros on plain loopback.
    """
    name = relay.encode()
    return bytes((len(name),)) + name + nonce + binding + account + device


def delivery_token_hash(token: bytes) -> bytes:
    """What a relay keeps of a delivery token: 32 bytes that open nothing. Spec §3.5."""
    return sha256(b"doorless/1 delivery token" + token)


def _decode(data: bytes, decoder: "msgspec.msgpack.Decoder[Any]") -> Any:
    if len(data) > MAX_FRAME_BYTES:
        raise MalformedError(f"frame of {len(data)} bytes, at most {MAX_FRAME_BYTES}")
    return decode_canonical(data, decoder, "frame")


_encoder = msgspec.msgpack.Encoder()
_call_decoder = msgspec.msgpack.Decoder(Call)
_from_relay_decoder = msgspec.msgpack.Decoder(FromRelay)
