"""What the devices of one account tell each other: the notices inside a content of kind OWN.

None of it is ever said to anybody else, or believed of anybody else.
Spec: docs/spec/11-devices.md §5.
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from doorless_protocol.content import (
    MAX_EMOJI_BYTES,
    MAX_FILE_NAME_BYTES,
    MAX_MANIFEST_BYTES,
    MAX_NAME_BYTES,
    MAX_TEXT_BYTES,
    U32,
    U53,
    Digest,
    File,
    Id,
    OwnDevices,
    Quote,
    check_lasts,
)
from doorless_protocol.encoding import decode_canonical
from doorless_protocol.errors import MalformedError
from doorless_protocol.linking.messages import MAX_NAME
from doorless_protocol.manifest import ENTRY_SIZE, MAX_DEVICES, SIGNED_HEAD_SIZE

MAX_SAID = 32
"""Messages of one piece of history."""

MAX_PIECE_BYTES = 20 * 1024
"""Bytes of messages in one piece of history beyond which it ends."""

MAX_REVISION = 2**52
"""Of a timer's choice that a device tells: as many again are left for what is chosen later."""

Name = Annotated[str, Meta(max_length=MAX_NAME)]
Line = Annotated[str, Meta(max_length=320)]


class _Notice(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A list whose first element names the notice."""


class Newest(_Notice, tag="newest", frozen=True):
    """The primary signed another manifest. Spec §5.1."""

    manifest: Annotated[bytes, Meta(max_length=MAX_MANIFEST_BYTES)]


class Names(_Notice, tag="names", frozen=True):
    """What the person calls each device; the list is whole. Spec §5.2."""

    names: Annotated[tuple[tuple[Id, Name], ...], Meta(max_length=MAX_DEVICES)]


class Chosen(_Notice, tag="chosen", frozen=True):
    """What holds for the whole account: name, delivery token, settings. Spec §5.3."""

    name: Annotated[str, Meta(max_length=MAX_NAME_BYTES)]
    token: Id
    delivery_receipts: bool
    read_receipts: bool
    typing: bool


class Person(_Notice, tag="person", frozen=True):
    """A contact as this device holds it. Spec §5.4.

    Attributes:
        head: the pinned signed head; what is verified, is exactly its key.
        entries: of the manifest with this head; empty where only the head is known.
        standing: "contact" or "blocked": a request is every device's own.
        decided: what was chosen of the keys: "first-seen" or "verified".
    """

    account: Digest
    handle: Annotated[str, Meta(max_length=64)]
    relay: Line
    pin: Annotated[bytes, Meta(max_length=32)]
    name: Annotated[str, Meta(max_length=MAX_NAME_BYTES)]
    standing: Annotated[str, Meta(pattern=r"\A(contact|blocked)\Z")]
    decided: Annotated[str, Meta(pattern=r"\A(first-seen|verified)\Z")]
    head: Annotated[bytes, Meta(min_length=SIGNED_HEAD_SIZE, max_length=SIGNED_HEAD_SIZE)]
    entries: Annotated[bytes, Meta(max_length=MAX_DEVICES * ENTRY_SIZE)]
    token: Annotated[bytes, Meta(max_length=16)]
    added: U53


class Forgotten(_Notice, tag="forgotten", frozen=True):
    """The person deleted a contact, and all that was said. Spec §5.4."""

    account: Digest


class Read(_Notice, tag="read", frozen=True):
    """The person read up to this message of a contact. Spec §5.5."""

    account: Digest
    id: Id


class Ask(_Notice, tag="ask", frozen=True):
    """Send the piece of history that begins here. Spec §5.6.

    Attributes:
        at: the place in the history of who is asked, from 0.
    """

    account: Digest
    at: U53


class Reacted(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What one of the two feels about a message; `at`, `device`: which is newer. Spec §5.6."""

    mine: bool
    emoji: Annotated[str, Meta(max_length=MAX_EMOJI_BYTES)]
    at: U53
    device: Id


class Edited(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """That a text is not the first one: how many there were before, and which one it is."""

    versions: Annotated[int, Meta(ge=1, le=64)]
    at: U53
    device: Id


class Beside(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What a message of a history has beside its words. Spec §5.6.

    Attributes:
        lasts, left: seconds; left 0: the countdown has not begun.
    """

    quote: Quote | None = None
    file: File | None = None
    lasts: U32 = 0
    left: U32 = 0
    forwarded: bool = False
    pinned: bool = False
    deleted: bool = False
    edited: Edited | None = None
    reacted: Annotated[tuple[Reacted, ...], Meta(max_length=2)] = ()


class Said(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One message of a history; `beside` of most is nil. Spec §5.6."""

    id: Id
    mine: bool
    device: Id
    at: U53
    received: U53
    text: Annotated[str, Meta(max_length=MAX_TEXT_BYTES)]
    state: Annotated[int, Meta(ge=0, le=6)]
    beside: Beside | None = None


class Piece(_Notice, tag="piece", frozen=True):
    """A part of a conversation's history, in the order shown. Spec §5.6.

    Attributes:
        at, after: which places it covers; `after` is where the next piece begins.
        end: where the history ends for this device: what came later, it was sent itself.
    """

    account: Digest
    at: U53
    after: U53
    end: U53
    said: Annotated[tuple[Said, ...], Meta(max_length=MAX_SAID)]


class Arranged(_Notice, tag="arranged", frozen=True):
    """How the person arranged a chat. Spec §5.8.

    Attributes:
        account: the contact's; zeros: the conversation with ourselves.
        muted_until: Unix seconds; 0: not muted.
        own_name: what the person calls the contact; "": nothing of their own.
        at: when it was chosen, Unix milliseconds by that device's clock: the later one stands.
    """

    account: Digest
    pinned: bool
    muted_until: U53
    archived: bool
    marked_unread: bool
    own_name: Annotated[str, Meta(max_length=MAX_NAME_BYTES)]
    at: U53


class Pinned(_Notice, tag="pinned", frozen=True):
    """The person keeps a message at hand, or no longer. Spec §5.9.

    Attributes:
        account: the contact's; zeros: the conversation with ourselves.
        mine: we said it, not they.
    """

    account: Digest
    mine: bool
    id: Id
    pinned: bool


class Hidden(_Notice, tag="hidden", frozen=True):
    """The person deleted a message for themselves. Spec §5.9."""

    account: Digest
    mine: bool
    id: Id


class Lasts(_Notice, tag="lasts", frozen=True):
    """What messages of a conversation last, and which choice says so (06 §3.12). Spec §5.9."""

    account: Digest
    seconds: U32
    revision: Annotated[int, Meta(ge=0, le=MAX_REVISION)]
    id: Annotated[bytes, Meta(max_length=16)]


Notice = (
    Newest
    | Names
    | Chosen
    | Person
    | Forgotten
    | Read
    | Ask
    | Piece
    | Arranged
    | Pinned
    | Hidden
    | Lasts
)


def encode(notice: Notice) -> OwnDevices:
    """As a body. Spec: docs/spec/11-devices.md §5."""
    return OwnDevices(_encoder.encode(notice))


def decode(body: OwnDevices) -> Notice:
    """Raises MalformedError: not the one encoding of a notice.

    Spec: docs/spec/11-devices.md §5.
    """
    notice: Notice = decode_canonical(body.notice, _decoder, "notice")
    check_lengths(notice)
    if isinstance(notice, Piece) and not notice.at <= notice.after <= notice.end:
        raise MalformedError("a piece of history that ends before it begins")
    return notice


def check_lengths(notice: Notice) -> None:
    """Raises MalformedError: more bytes of UTF-8 than the types bound in characters.

    Spec: docs/spec/11-devices.md §5.
    """
    texts: list[tuple[str, int]] = []
    if isinstance(notice, Names):
        texts = [(name, MAX_NAME) for _, name in notice.names]
    elif isinstance(notice, Chosen | Person):
        texts = [(notice.name, MAX_NAME_BYTES)]
    elif isinstance(notice, Arranged):
        texts = [(notice.own_name, MAX_NAME_BYTES)]
    elif isinstance(notice, Piece):
        texts = [(said.text, MAX_TEXT_BYTES) for said in notice.said]
        texts += [
            (said.beside.file.name, MAX_FILE_NAME_BYTES)
            for said in notice.said
            if said.beside is not None and said.beside.file is not None
        ]
    if any(len(text.encode()) > at_most for text, at_most in texts):
        raise MalformedError("notice with a text that is too long")
    try:
        for seconds in _spans(notice):
            check_lasts(seconds)
    except ValueError as error:
        raise MalformedError(str(error)) from None


def _spans(notice: Notice) -> list[int]:
    """How long messages last, wherever the notice says so."""
    if isinstance(notice, Lasts):
        return [notice.seconds]
    said = notice.said if isinstance(notice, Piece) else ()
    return [one.beside.lasts for one in said if one.beside is not None]


_encoder = msgspec.msgpack.Encoder()
_decoder: "msgspec.msgpack.Decoder[Any]" = msgspec.msgpack.Decoder(Notice)
