"""What people say to each other: the plaintext inside an envelope.

A content is a fixed outer list whose `body` stays raw bytes until its kind is known, so that
kinds of later versions still decode and can be shown as "your version cannot show this".
Spec: docs/spec/06-content.md.
"""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from doorless_protocol.encoding import decode_canonical
from doorless_protocol.errors import MalformedError
from doorless_protocol.primitives import sha256

VERSION = 1

MAX_TEXT_BYTES = 16 * 1024
"""UTF-8 bytes of one text. Longer text is an attachment. Spec §3.1."""

MAX_NAME_BYTES = 128
"""UTF-8 bytes of a display name. Spec §3.4."""

MAX_RECEIPTS = 32
"""Messages that one receipt names; a full receipt still fits the smallest class. Spec §3.2."""

MAX_MANIFEST_BYTES = 26 * 1024
"""Bytes of an encoded manifest of six devices, and some room. Spec §3.4."""

MAX_NOTICE_BYTES = 48 * 1024
"""Bytes of one notice between own devices: a piece of history; it fits the largest class."""

MAX_ANCHOR_BYTES = 26 * 1024
"""Bytes of a signed anchor: a note of 24 KiB at most, a leaf, and what leads to it. Spec §3.7."""

MAX_QUOTED_CHARS = 160
"""Characters of the words that a quote repeats: enough to know them by. Spec §3.1."""

MAX_EMOJI_BYTES = 32
"""UTF-8 bytes of one reaction: families and flags of regions fit. Spec §3.9."""

MAX_FILE_NAME_BYTES = 255
"""UTF-8 bytes of a file's name, as on most disks. Spec §3.1."""

LASTS_AT_LEAST, LASTS_AT_MOST = 5, 4 * 7 * 24 * 3600
"""Seconds that a message which disappears may last: a glance, or four weeks. Spec §3.12."""

GOSSIP_BYTES = 80
"""What every text says of the key log, or as many zeros: its length alone decides. Spec §1.4."""

Id = Annotated[bytes, Meta(min_length=16, max_length=16)]
Digest = Annotated[bytes, Meta(min_length=32, max_length=32)]
U32 = Annotated[int, Meta(ge=0, le=2**32 - 1)]
U53 = Annotated[int, Meta(ge=0, le=2**53 - 1)]

NO_PREVIOUS = bytes(32)
"""`previous` of the first content that a device says in a conversation."""


class Quote(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The message that a text answers. Spec §3.1.

    Attributes:
        author: account that said it.
        text: its words as the sender saw them; only shown where our own copy is missing.
    """

    author: Digest
    id: Id
    text: Annotated[str, Meta(max_length=MAX_QUOTED_CHARS)]


class File(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What opens a sealed file at the home relay of whom it is said to. Spec §3.1.

    Attributes:
        size: bytes of the file itself; that of its ciphertext follows (14-attachments).
        blob: by which the relay hands the ciphertext out.
        digest: SHA3-256 of the ciphertext.
    """

    name: Annotated[str, Meta(min_length=1, max_length=MAX_FILE_NAME_BYTES)]
    size: U53
    key: Digest
    blob: Digest
    digest: Digest


class Text(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A message that a person wrote. Spec §3.1.

    Attributes:
        lasts: seconds after which it disappears, once it was seen; 0: it stays.
        forwarded: somebody else's words, or from another conversation.
    """

    text: Annotated[str, Meta(max_length=MAX_TEXT_BYTES)]
    quote: Quote | None = None
    file: File | None = None
    lasts: U32 = 0
    forwarded: bool = False


class React(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What somebody feels about a message, in one emoji; "" takes it back. Spec §3.9."""

    author: Digest
    id: Id
    emoji: Annotated[str, Meta(max_length=MAX_EMOJI_BYTES)]


class Edit(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Other words for a text that the same account said. Spec §3.10."""

    id: Id
    text: Annotated[str, Meta(min_length=1, max_length=MAX_TEXT_BYTES)]


class Delete(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Take back what the same account said. Spec §3.11."""

    id: Id


class Timer(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """From now on, messages of this conversation last so many seconds; 0: they stay. Spec §3.12.

    Attributes:
        revision: one above that of the choice it takes the place of.
    """

    seconds: U32
    revision: Annotated[int, Meta(ge=1, le=2**53 - 1)]


class Receipt(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """These contents arrived, or were read. Spec §3.2."""

    ids: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=MAX_RECEIPTS)]
    read: bool


class Typing(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Somebody is writing, or stopped. Spec §3.3."""

    active: bool


class Profile(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What a contact may know: a name, the token that reaches us, all our devices. Spec §3.4."""

    name: Annotated[str, Meta(max_length=MAX_NAME_BYTES)]
    token: Id
    manifest: Annotated[bytes, Meta(max_length=MAX_MANIFEST_BYTES)]


class Control(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Says nothing; its envelope carries a ratchet forward. Spec §3.5."""


class OwnDevices(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Between the devices of one account alone: see own_content. Spec §3.6."""

    notice: Annotated[bytes, Meta(max_length=MAX_NOTICE_BYTES)]


class Anchor(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A signed anchor of a key log, as we were shown it. Spec §3.7."""

    signed: Annotated[bytes, Meta(max_length=MAX_ANCHOR_BYTES)]


class AskAnchor(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Which anchor of this number were you shown? Spec §3.8."""

    number: U32


class Unknown(Struct, frozen=True):
    """A kind, or a version, that this program is too old for. Shown, never dropped. Spec §2."""

    version: int
    kind: int
    body: bytes


Body = (
    Text
    | Receipt
    | Typing
    | Profile
    | Control
    | OwnDevices
    | Anchor
    | AskAnchor
    | React
    | Edit
    | Delete
    | Timer
)
ACTS = (React, Edit, Delete)
"""What is done with a message that was said: counted, but no message of its own. Spec §1.3."""

SAID_BY_A_PERSON = (Text, *ACTS, Timer)
"""Counted, gossiping, copied to own devices, and repeated until it was heard. Spec §1.3."""

_KINDS: dict[int, type[Any]] = {
    0: Control,
    1: Text,
    2: Receipt,
    3: Typing,
    4: Profile,
    5: OwnDevices,
    6: Anchor,
    7: AskAnchor,
    8: React,
    9: Edit,
    10: Delete,
    11: Timer,
}
_NUMBERS = {kind: number for number, kind in _KINDS.items()}


class Content(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One thing said by one device in one conversation. Spec §1.

    Attributes:
        id: random; the same in the copies for every device.
        counter: place among what this device said in this conversation, from 0.
        previous: `digest` of the content before it, NO_PREVIOUS for the first.
        conversation: SHA-256 of a label and the two account ids, sorted.
        time: by the sender's clock, in Unix milliseconds; a claim, never an order.
        gossip: what the sender saw of the key log as this copy was sealed; zeros until then.
        body: the kind's own encoding.
    """

    version: U32
    kind: U32
    id: Id
    counter: U53
    previous: Digest
    conversation: Digest
    time: U53
    gossip: Annotated[bytes, Meta(max_length=128)]
    body: bytes

    @classmethod
    def saying(
        cls,
        body: Body,
        *,
        id: bytes,
        counter: int,
        previous: bytes,
        conversation: bytes,
        time: int,
        gossip: bytes = b"",
    ) -> "Content":
        """Raises ValueError: the body is longer than the specification allows."""
        _check_lengths(body)
        kind = _NUMBERS[type(body)]
        encoded = _encoder.encode(body)
        return cls(VERSION, kind, id, counter, previous, conversation, time, gossip, encoded)

    def encode(self) -> bytes:
        return _encoder.encode(self)

    @classmethod
    def decode(cls, data: bytes) -> "Content":
        """Take the one canonical encoding; the body is not looked at.

        Raises:
            MalformedError: anything else.
        """
        content: Content = decode_canonical(data, _content_decoder, "content")
        return content

    def say(self) -> Body | Unknown:
        """What the body says.

        Raises:
            MalformedError: a kind of this version whose body is not in its one form.
        """
        decoder = _body_decoders.get(self.kind) if self.version == VERSION else None
        if decoder is None:
            return Unknown(self.version, self.kind, self.body)
        body: Body = decode_canonical(self.body, decoder, "body")
        try:
            _check_lengths(body)
        except ValueError as error:
            raise MalformedError(str(error)) from None
        return body

    def digest(self) -> bytes:
        """What the next content of this device names as `previous`: without gossip. Spec §1.2."""
        return sha256(b"doorless/1 content" + self.with_gossip(b"").encode())

    def with_gossip(self, gossip: bytes) -> "Content":
        """This content as one copy of it leaves: the rest of it stays as it was said. Spec §1.4."""
        return msgspec.structs.replace(self, gossip=gossip)


def _check_lengths(body: Body) -> None:
    """Lengths in UTF-8 bytes, which the types above bound only in characters."""
    for text, at_most, what in _texts(body):
        if len(text.encode()) > at_most:
            raise ValueError(f"{what} of more than {at_most} bytes")
    if isinstance(body, Text):
        check_lasts(body.lasts)
    elif isinstance(body, Timer):
        check_lasts(body.seconds)


def _texts(body: Body) -> Sequence[tuple[str, int, str]]:
    """Every text in a body, the bytes that it may have, and what it is."""
    if isinstance(body, Text):  # nearly all that there is
        text = body.text, MAX_TEXT_BYTES, "text"
        if body.file is None:
            return (text,)
        return text, (body.file.name, MAX_FILE_NAME_BYTES, "file name")
    if isinstance(body, Edit):
        return ((body.text, MAX_TEXT_BYTES, "text"),)
    if isinstance(body, React):
        return ((body.emoji, MAX_EMOJI_BYTES, "emoji"),)
    if isinstance(body, Profile):
        return ((body.name, MAX_NAME_BYTES, "name"),)
    return ()


def check_lasts(seconds: int) -> None:
    """Raises ValueError: neither "stays" nor a time that a person could have chosen. Spec §3.12."""
    if seconds and not LASTS_AT_LEAST <= seconds <= LASTS_AT_MOST:
        raise ValueError(f"a message that lasts {seconds} seconds")


_encoder = msgspec.msgpack.Encoder()
_content_decoder = msgspec.msgpack.Decoder(Content)
_body_decoders: dict[int, "msgspec.msgpack.Decoder[Any]"] = {
    number: msgspec.msgpack.Decoder(kind) for number, kind in _KINDS.items()
}
