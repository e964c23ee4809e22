"""What people say to each other. docs/spec/06-content.md."""

from dataclasses import dataclass, replace

from specpeer.crypto import Refused, sha256
from specpeer.manifests import Manifest
from specpeer.packing import Value, array, boolean, octets, pack, text, uint, unpack

CONTROL, TEXT, RECEIPT, TYPING, PROFILE, OWN_DEVICES, ANCHOR, ASK_ANCHOR = range(8)
REACT, EDIT, DELETE, TIMER = range(8, 12)
COUNTED = (TEXT, REACT, EDIT, DELETE, TIMER)
U32, U53 = 1 << 32, 1 << 53
GOSSIP = 80


@dataclass
class Content:
    """§1.1."""

    kind: int
    id: bytes
    counter: int
    previous: bytes
    conversation: bytes
    time: int
    gossip: bytes
    body: bytes
    version: int = 1

    def encode(self) -> bytes:
        said: list[Value] = [self.version, self.kind, self.id, self.counter, self.previous]
        return pack([*said, self.conversation, self.time, self.gossip, self.body])

    @classmethod
    def decode(cls, data: bytes) -> "Content":
        fields = array(unpack(data), 9, 9)
        content = cls(
            version=uint(fields[0], U32),
            kind=uint(fields[1], U32),
            id=octets(fields[2], 16, 16),
            counter=uint(fields[3], U53),
            previous=octets(fields[4], 32, 32),
            conversation=octets(fields[5], 32, 32),
            time=uint(fields[6], U53),
            gossip=octets(fields[7], 0, 128),
            body=octets(fields[8], 0, len(data)),
        )
        content.said()
        return content

    @property
    def digest(self) -> bytes:
        """What the next counted content names as `previous`. §1.2."""
        return sha256(b"doorless/1 content" + replace(self, gossip=b"").encode())

    @property
    def known(self) -> bool:
        return self.version == 1 and self.kind in BODIES

    @property
    def counted(self) -> bool:
        """§1.3."""
        return not self.known or self.kind in COUNTED

    def said(self) -> list[Value] | None:
        """The body, decoded; None where this program cannot show it. §2."""
        return BODIES[self.kind](unpack(self.body)) if self.known else None


def _control(body: Value) -> list[Value]:
    return array(body, 0, 0)


def _text(body: Value) -> list[Value]:
    words, quote, file, lasts, forwarded = array(body, 5, 5)
    said: list[Value] = [text(words, 16_384)]
    said.append(None if quote is None else _quote(quote))
    said.append(None if file is None else _file(file))
    return [*said, _lasts(lasts), boolean(forwarded)]


def _quote(quote: Value) -> list[Value]:
    author, id, words = array(quote, 3, 3)
    if len(read := text(words, 640)) > 160:
        raise Refused("MalformedError", "a quote of more than 160 characters")
    return [octets(author, 32, 32), octets(id, 16, 16), read]


def _file(file: Value) -> list[Value]:
    name, size, key, blob, digest = array(file, 5, 5)
    if not (read := text(name, 255)):
        raise Refused("MalformedError", "a file without a name")
    return [read, uint(size, U53), *(octets(each, 32, 32) for each in (key, blob, digest))]


def _lasts(value: Value) -> int:
    """§3.12: 0, or 5 seconds to four weeks."""
    seconds = uint(value, U32)
    if seconds and not 5 <= seconds <= 2_419_200:
        raise Refused("MalformedError", "no time that a message lasts")
    return seconds


def _react(body: Value) -> list[Value]:
    author, id, emoji = array(body, 3, 3)
    return [octets(author, 32, 32), octets(id, 16, 16), text(emoji, 32)]


def _edit(body: Value) -> list[Value]:
    id, words = array(body, 2, 2)
    if not (read := text(words, 16_384)):
        raise Refused("MalformedError", "an edit that leaves nothing")
    return [octets(id, 16, 16), read]


def _delete(body: Value) -> list[Value]:
    return [octets(array(body, 1, 1)[0], 16, 16)]


def _timer(body: Value) -> list[Value]:
    seconds, revision = array(body, 2, 2)
    if uint(revision, U53) == 0:
        raise Refused("MalformedError", "a choice that takes the place of none")
    return [_lasts(seconds), uint(revision, U53)]


def _receipt(body: Value) -> list[Value]:
    ids, read = array(body, 2, 2)
    return [[octets(each, 16, 16) for each in array(ids, 1, 32)], boolean(read)]


def _typing(body: Value) -> list[Value]:
    return [boolean(array(body, 1, 1)[0])]


def _profile(body: Value) -> list[Value]:
    name, token, manifest = array(body, 3, 3)
    return [text(name, 128), octets(token, 16, 16), octets(manifest, 0, 26_624)]


def _own_devices(body: Value) -> list[Value]:
    return [octets(array(body, 1, 1)[0], 0, 49_152)]


def _anchor(body: Value) -> list[Value]:
    return [octets(array(body, 1, 1)[0], 0, 26_624)]


def _ask_anchor(body: Value) -> list[Value]:
    return [uint(array(body, 1, 1)[0], U32)]


def plain(words: str) -> list[Value]:
    """The body of a text that is nothing but its words. §3.1."""
    return [words, None, None, 0, False]


BODIES = {
    CONTROL: _control,
    TEXT: _text,
    RECEIPT: _receipt,
    TYPING: _typing,
    PROFILE: _profile,
    OWN_DEVICES: _own_devices,
    ANCHOR: _anchor,
    ASK_ANCHOR: _ask_anchor,
    REACT: _react,
    EDIT: _edit,
    DELETE: _delete,
    TIMER: _timer,
}


def manifest_of(profile: Content) -> Manifest:
    _, _, encoded = BODIES[PROFILE](unpack(profile.body))
    return Manifest.decode(octets(encoded, 0, 26_624))


class Voice:
    """What one device says in one conversation, counted and chained. §1.2, §1.3."""

    def __init__(self, conversation: bytes) -> None:
        self.conversation, self.counter, self.previous = conversation, 0, bytes(32)

    def say(
        self, kind: int, body: Value, id: bytes, milliseconds: int, gossip: bytes = bytes(GOSSIP)
    ) -> Content:
        """`gossip` of what is counted alone: §1.4. Zeros: nothing to say of a log."""
        content = Content(
            *(kind, id, self.counter, self.previous, self.conversation),
            *(milliseconds, gossip if kind in COUNTED else b"", pack(body)),
        )
        if content.counted:
            self.counter, self.previous = self.counter + 1, content.digest
        return content


def check_conversation(content: Content, conversation: bytes) -> None:
    if content.conversation != conversation:
        raise Refused("MalformedError", "said in another conversation")
