"""Targets: what two devices of one account say to each other, and by what a relay is known."""

from collections.abc import Callable
from typing import Any

from doorless_protocol import own_content
from doorless_protocol.backup import Writer
from doorless_protocol.certificate import key_hash
from doorless_protocol.content import File, OwnDevices, Quote
from doorless_protocol.errors import MalformedError
from doorless_protocol.invite import RelayAddress
from doorless_protocol.keys import AccountId
from doorless_protocol.linking.link import DeviceLink
from doorless_protocol.linking.messages import Hello, Offer
from doorless_protocol.log.sighting import Sighting
from doorless_protocol.manifest import SIGNED_HEAD_SIZE
from doorless_protocol.primitives import sha256
from fuzz.backups import KEYS
from fuzz.harness import Target, attempt, check_one_form, edit, promise
from fuzz.identities import ENTRY
from fuzz.keylog import SEEN
from fuzz.wire import hostile

ID, HASH = bytes(range(16)), bytes(range(32))
_LINK = DeviceLink(RelayAddress.parse("relay.example:8443"), 1_750_000_000, HASH, HASH, HASH)

Form = tuple[Callable[[bytes], Any], Callable[[Any], bytes], bytes]


def _text(data: bytes) -> str:
    try:
        return data.decode("ascii")
    except UnicodeDecodeError:
        raise MalformedError("not ASCII") from None


def _form(taken: Any) -> bytes:
    encoded: bytes = taken.encode()
    return encoded


FORMS: tuple[Form, ...] = (
    (Hello.decode, _form, Hello(AccountId(HASH), HASH, "alice").encode()),
    (Offer.decode, _form, Offer(HASH, 1_750_000_000, ENTRY, "a laptop").encode()),
    (Sighting.decode, _form, SEEN.encode()),
    (Writer.decode, _form, KEYS.writer.encode()),
    (lambda data: DeviceLink.parse(_text(data)), lambda link: link.encode().encode(),
     _LINK.encode().encode()),
)  # fmt: skip

_SAID = own_content.Said(ID, True, ID, 1_800_000_000_000, 0, "meet at nine", 3)
_EDITED = own_content.Said(
    ID, False, ID, 1_800_000_000_000, 1_800_000_000_001, "at ten", 0,
    own_content.Beside(
        Quote(HASH, ID, "nine?"), File("map.png", 9, HASH, HASH, HASH), 3600, 60, pinned=True,
        edited=own_content.Edited(1, 1_800_000_000_000, ID),
        reacted=(own_content.Reacted(True, "\u2615", 1_800_000_000_000, ID),),
    ),
)  # fmt: skip

NOTICES = tuple(
    own_content.encode(notice).notice
    for notice in (
        own_content.Newest(b"manifest"),
        own_content.Names(((ID, "a laptop"),)),
        own_content.Chosen("Alice", ID, True, False, True),
        own_content.Forgotten(HASH),
        own_content.Read(HASH, ID),
        own_content.Ask(HASH, 3),
        own_content.Person(
            HASH,
            "bob",
            "relay.example",
            HASH,
            "Bob",
            "contact",
            "verified",
            bytes(SIGNED_HEAD_SIZE),
            b"entries",
            ID,
            1_800_000_000,
        ),
        own_content.Piece(HASH, 3, 5, 9, (_SAID, _EDITED)),
        own_content.Arranged(HASH, True, 0, False, True, "Bobby", 1_800_000_000_000),
        own_content.Pinned(HASH, True, ID, False),
        own_content.Hidden(HASH, False, ID),
        own_content.Lasts(HASH, 3600, 1, ID),
    )
)


def linked(data: bytes) -> None:
    """Steps of a linking, and sightings. A link has one form but for what it leaves unread."""
    at, script = (data[0] % len(FORMS), data[1:]) if data else (0, b"")
    decode, encode, honest = FORMS[at]
    edited = edit(honest, script)
    if decode is FORMS[-1][0]:
        link = attempt(lambda: decode(edited))
        promise(link is None or decode(encode(link)) == link, "a link that is not itself again")
    else:
        check_one_form(decode, encode, edited)


def notice(data: bytes) -> None:
    """What own devices tell each other, once it was opened."""
    check_one_form(
        lambda taken: own_content.decode(OwnDevices(taken)),
        lambda taken: own_content.encode(taken).notice,
        hostile(NOTICES, data),
    )


def _element(kind: int, *content: bytes) -> bytes:
    inside = b"".join(content)
    size = len(inside)
    if size < 0x80:
        return bytes((kind, size)) + inside
    long = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((kind, 0x80 + len(long))) + long + inside


_KEY = _element(0x30, bytes(91))
_BEFORE = (_element(0x30, bytes((each,)) * 20) for each in range(4))
_SIGNED = (_element(0xA0, b"\2\1\2"), _element(2, ID), *_BEFORE, _KEY)
CERTIFICATE = _element(0x30, _element(0x30, *_SIGNED, bytes(40)), bytes(80))


def certificate(data: bytes) -> None:
    """Of a TLS certificate: whatever is hashed is an element with its length in shortest form."""
    edited = edit(CERTIFICATE, data)
    found = attempt(lambda: key_hash(edited))
    if found is None:
        return
    starts = (at for at in range(len(edited)) if edited[at] == 0x30)
    promise(any(found in _hashes(edited, at) for at in starts), "a hash of no element")
    promise(edited != CERTIFICATE or found == sha256(_KEY), "a hash of another element")


def _hashes(data: bytes, at: int) -> tuple[bytes, ...]:
    """Of the SEQUENCE that stands there in its shortest form, if one does."""
    head, size = 2, data[at + 1] if at + 1 < len(data) else 0
    if size > 0x80:
        head = 2 + size - 0x80
        size = int.from_bytes(data[at + 2 : at + head])
    whole = data[at : at + head + size]
    return (sha256(whole),) if whole == _element(0x30, whole[head:]) else ()


_PLACE = CERTIFICATE.index(_KEY)
_LOOSE = b"\4" + (_PLACE + 1).to_bytes(2) + b"\x81"
"""The script that writes the key's length in two bytes where one does."""


def _longer(choice: int, honest: bytes) -> bytes:
    return bytes((choice, 4, *len(honest).to_bytes(2, "big"), 0))


TARGETS = (
    Target("linked", "one form of links, sightings, and what makes a backup", linked,
           tuple(_longer(at, honest) for at, (_, _, honest) in enumerate(FORMS))),
    Target("notice", "one form of what own devices tell each other", notice,
           (*(bytes((choice,)) for choice in range(32, 40)), b"\x90\1\4\7", b"\xc8\0\1")),
    Target("certificate", "the key in a certificate is read in one way", certificate,
           (b"", b"\2\0\x03\1", b"\4\xff\xff\0", _LOOSE)),
)  # fmt: skip
