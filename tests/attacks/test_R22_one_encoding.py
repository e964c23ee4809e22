"""R22: contents in a second encoding, with something more in them, or of a later version."""

import contextlib
from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_client.core.views import Kind
from doorless_lab.world import World
from doorless_protocol import content as contents
from doorless_protocol.content import (
    MAX_RECEIPTS,
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
from doorless_protocol.errors import DoorlessError, MalformedError

ids = st.binary(min_size=16, max_size=16)
bodies = st.one_of(
    st.builds(Text, st.text(st.characters(codec="utf-8"), max_size=300)),
    st.builds(
        Text,
        st.text(st.characters(codec="utf-8"), max_size=30),
        st.builds(Quote, st.binary(min_size=32, max_size=32), ids, st.just("words")),
        st.none()
        | st.builds(File, st.just("a"), st.integers(0, 2**53 - 1), *[st.just(bytes(32))] * 3),
        st.sampled_from([0, 60, 70_000]),
        st.booleans(),
    ),
    st.builds(React, st.binary(min_size=32, max_size=32), ids, st.just("☕")),
    st.builds(Edit, ids, st.just("words")),
    st.builds(Delete, ids),
    st.builds(Timer, st.sampled_from([0, 60, 70_000]), st.integers(1, 2**53 - 1)),
    st.builds(Receipt, st.lists(ids, min_size=1, max_size=MAX_RECEIPTS).map(tuple), st.booleans()),
    st.builds(Typing, st.booleans()),
    st.builds(Profile, st.text(st.characters(codec="utf-8"), max_size=30), ids, st.binary()),
    st.just(Control()),
)
hashes = st.binary(min_size=32, max_size=32)
said = st.builds(
    Content.saying,
    bodies,
    id=ids,
    counter=st.integers(0, 2**53 - 1),
    previous=hashes,
    conversation=hashes,
    time=st.integers(0, 2**53 - 1),
)


def second_encodings(data: bytes) -> Iterator[bytes]:
    """The same values, each time with one of them in a longer form that msgpack has too."""
    at = 0
    while at < len(data):
        size, longer = _token(data, at)
        for other in longer:
            yield data[:at] + other + data[at + size :]
        at += size


def _token(data: bytes, at: int) -> tuple[int, list[bytes]]:
    """How many bytes the head or the whole of the next value has, and its longer forms."""
    first = data[at]
    uints = {0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8}
    if first < 0x80 or first in uints:
        width = uints.get(first, 0)
        value = int.from_bytes(data[at + 1 : at + 1 + width]) if width else first
        wider = [(kind, more) for kind, more in uints.items() if more > width]
        return 1 + width, [bytes((kind,)) + value.to_bytes(more) for kind, more in wider]
    if 0x90 <= first < 0xA0:
        count = first & 15
        return 1, [b"\xdc" + count.to_bytes(2), b"\xdd" + count.to_bytes(4)]
    if first == 0xDC:
        return 3, [b"\xdd\0\0" + data[at + 1 : at + 3]]
    if 0xA0 <= first < 0xC0:
        size = first & 31
        text = data[at + 1 : at + 1 + size]
        longer = [
            b"\xd9" + size.to_bytes(1),
            b"\xda" + size.to_bytes(2),
            b"\xdb" + size.to_bytes(4),
        ]
        return 1 + size, [form + text for form in longer]
    if first in (0xC0, 0xC2, 0xC3):
        return 1, []
    forms = {0xC4: (1, 0xC5), 0xC5: (2, 0xC6), 0xC6: (4, None)}
    forms |= {0xD9: (1, 0xDA), 0xDA: (2, 0xDB), 0xDB: (4, None)}
    width, next_form = forms[first]
    size = int.from_bytes(data[at + 1 : at + 1 + width])
    held = data[at + 1 + width : at + 1 + width + size]
    longer = [bytes((next_form,)) + size.to_bytes(2 * width) + held] if next_form else []
    return 1 + width + size, longer


def more_than_there_is(data: bytes) -> Iterator[bytes]:
    """One element more, in the list or behind it; or one less."""
    yield data + b"\x00"
    yield data + data
    count = data[0] & 15
    if count < 15:
        yield bytes((0x90 | count + 1,)) + data[1:] + b"\xc0"
    if count:
        yield bytes((0x90 | count - 1,)) + data[1:]
    yield data[:-1]
    yield b""


def decode_whatever(data: bytes, decoder: "msgspec.msgpack.Decoder[object]", what: str) -> object:
    """What a library does by itself."""
    try:
        return decoder.decode(data)
    except msgspec.DecodeError:
        raise MalformedError(what) from None


@pytest.mark.attack(
    "R22",
    "a content, and the body in it, has one encoding: it is itself again, and no other is taken",
    weaken={"doorless_protocol.content.decode_canonical": decode_whatever},
)
@given(content=said)
def test_a_content_has_one_encoding(content: Content) -> None:
    encoded = content.encode()
    assert Content.decode(encoded).encode() == encoded
    assert not isinstance(Content.decode(encoded).say(), Unknown)
    for other in (*second_encodings(encoded), *more_than_there_is(encoded)):
        with pytest.raises(MalformedError):
            Content.decode(other)
    for other in (*second_encodings(content.body), *more_than_there_is(content.body)):
        with pytest.raises(MalformedError):
            msgspec.structs.replace(content, body=other).say()


def test_every_longer_form_is_the_same_value_to_a_library() -> None:
    """Else the attack above would be none."""
    content = Content.saying(
        Text("hello"), id=bytes(16), counter=3, previous=bytes(32), conversation=bytes(32), time=9
    )
    others = list(second_encodings(content.encode()))
    assert len(others) > 12
    assert {msgspec.msgpack.decode(other, type=Content) for other in others} == {content}


def drops_what_it_does_not_know(self: Content) -> contents.Body:
    said = say(self)
    if isinstance(said, Unknown):
        raise MalformedError("a kind that this program does not know")
    return said


say = Content.say


@pytest.mark.attack(
    "R22",
    "a content of a later kind or version is shown as one that cannot be shown, never dropped",
    weaken={"doorless_protocol.content.Content.say": drops_what_it_does_not_know},
)
@pytest.mark.parametrize(("version", "kind"), [(1, 12), (1, 2**32 - 1), (2, 1), (2**32 - 1, 0)])
def test_a_later_kind_is_shown_and_never_dropped(version: int, kind: int) -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        later = msgspec.structs.replace(
            alice.next_content("bob", Text("hidden")), version=version, kind=kind, body=b"\x91\xc0?"
        )
        alice.says_bytes("bob", later.encode())
        world.settle()
        assert [message.kind for message in bob.messages("alice")] == [Kind.TEXT, Kind.UNKNOWN]
        alice.says("bob", "and this one can")
        world.settle()
        assert bob.texts("alice")[-1] == "and this one can"


@pytest.mark.attack(
    "R22",
    "a content that is not in its one encoding is not shown, and the next honest one is",
    weaken={"doorless_protocol.content.decode_canonical": decode_whatever},
)
def test_a_second_encoding_is_not_shown() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        encoded = alice.next_content("bob", Text("twice said")).encode()
        for other in second_encodings(encoded):
            with contextlib.suppress(DoorlessError):
                alice.says_bytes("bob", other)
        world.settle()
        assert bob.texts("alice") == ["hello"]
        alice.says_bytes("bob", encoded)
        world.settle()
        assert bob.texts("alice") == ["hello", "twice said"]
