"""What stands in a backup: one record a fact, each a list whose first element names its kind.

There is no kind for a ratchet, a prekey or a device key: what must not be restored cannot be
written. Spec: docs/spec/15-backup.md §5.
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from doorless_protocol.content import (
    MAX_MANIFEST_BYTES,
    MAX_TEXT_BYTES,
    U53,
    Digest,
    File,
    Quote,
)
from doorless_protocol.encoding import decode_canonical
from doorless_protocol.errors import MalformedError
from doorless_protocol.manifest import SIGNED_HEAD_SIZE

Word = Annotated[str, Meta(max_length=32)]
Name = Annotated[str, Meta(max_length=256)]
Line = Annotated[str, Meta(max_length=320)]
Encoded = Annotated[bytes, Meta(max_length=64 * 1024)]
Text = Annotated[str, Meta(max_length=MAX_TEXT_BYTES)]
MaybeId = Annotated[bytes, Meta(max_length=16)]


class _Record(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A list whose first element names the record's kind."""


class About(_Record, tag="about", frozen=True):
    """The first record: whose backup it is, and when it was made (Unix seconds).

    Attributes:
        relay: our home relay; `tls` whether it is reached over TLS, `pin` its certificate's
            SHA-256 where that is self-signed.
    """

    account: Digest
    handle: Annotated[str, Meta(max_length=64)]
    relay: Line
    tls: bool
    pin: Annotated[bytes, Meta(max_length=32)]
    made: U53


class Chosen(_Record, tag="chosen", frozen=True):
    """What holds for the whole account, by the name of the setting."""

    settings: Annotated[
        dict[Word, bool | Annotated[int, Meta(ge=0, le=2**53 - 1)] | Name], Meta(max_length=64)
    ]


class Person(_Record, tag="person", frozen=True):
    """A contact, with what is pinned and was decided of them; what was said follows.

    Attributes:
        account: all zeros for the notes to oneself, which have neither head nor address.
        standing: "contact" or "blocked"; decided: "first-seen" or "verified", for this very head.
        own_name: what the person calls them; "" is their own choice.
        archived, pinned, marked_unread, muted_until, arranged: the chat as it was put (Unix
            milliseconds).
        lasts, revision, choice: how long messages last there (seconds), and the choice that holds.
    """

    account: Digest
    handle: Annotated[str, Meta(max_length=64)]
    relay: Line
    pin: Annotated[bytes, Meta(max_length=32)]
    name: Name
    standing: Annotated[str, Meta(pattern=r"\A(contact|blocked)\Z")]
    decided: Annotated[str, Meta(pattern=r"\A(first-seen|verified)\Z")]
    head: Annotated[bytes, Meta(max_length=SIGNED_HEAD_SIZE)]
    manifest: Annotated[bytes, Meta(max_length=MAX_MANIFEST_BYTES)]
    token: MaybeId
    added: U53
    draft: Text
    own_name: Name
    pinned: bool
    archived: bool
    marked_unread: bool
    muted_until: U53
    arranged: U53
    lasts: U53
    revision: U53
    choice: MaybeId


class Said(_Record, tag="said", frozen=True):
    """One message of the person before it, in the order shown; nothing that disappears.

    Attributes:
        raw: the content's encoding, where the version that heard it could not show it.
        quoted: the id of what it answers; b"": nothing.
        at: by the sender's clock, Unix milliseconds; received: Unix seconds.
        read: of theirs, whether it was.
    """

    id: MaybeId
    mine: bool
    device: MaybeId
    at: U53
    received: U53
    kind: Word
    text: Text
    state: Annotated[int, Meta(ge=0, le=6)]
    read: bool
    note: Line
    raw: Encoded
    quoted: MaybeId
    quote: Quote | None
    file: File | None
    forwarded: bool
    pinned: bool
    edited: Annotated[int, Meta(ge=0, le=2**31)]
    edited_at: U53
    edited_by: MaybeId
    deleted: bool


class Before(_Record, tag="before", frozen=True):
    """What the message before it said, from `at` on, by its device."""

    at: U53
    device: MaybeId
    text: Text


class Felt(_Record, tag="felt", frozen=True):
    """A reaction to the message before it."""

    by: Digest
    emoji: Annotated[str, Meta(max_length=32)]
    at: U53
    device: MaybeId


class Reply(_Record, tag="reply", frozen=True):
    """A text that was saved to answer with, by its name."""

    name: Word
    text: Annotated[str, Meta(max_length=1_000)]


Record = About | Chosen | Person | Said | Before | Felt | Reply

KINDS = frozenset({"about", "chosen", "person", "said", "before", "felt", "reply"})


def encode(record: Record) -> bytes:
    """Spec: docs/spec/15-backup.md §5."""
    return _encoder.encode(record)


def decode(data: bytes) -> Record | None:
    """None: a kind of a later version, which is left out.

    Raises:
        MalformedError: not the one encoding of a record.

    Spec: docs/spec/15-backup.md §5.
    """
    if _kind(data) not in KINDS:
        return None
    record: Record = decode_canonical(data, _decoder, "record of a backup")
    return record


def _kind(data: bytes) -> str:
    try:
        whole = _any.decode(data)
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise MalformedError("a record of a backup that is no list") from None
    if not isinstance(whole, list) or not whole or not isinstance(whole[0], str):
        raise MalformedError("a record of a backup without a kind")
    return whole[0]


_encoder = msgspec.msgpack.Encoder()
_decoder: "msgspec.msgpack.Decoder[Any]" = msgspec.msgpack.Decoder(Record)
_any = msgspec.msgpack.Decoder()
