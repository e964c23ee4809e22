"""Every kind of content: the same bytes from both, and the same refusals."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from beside_ours import ours_says, theirs_says
from doorless_protocol import content as ours
from doorless_protocol.errors import DoorlessError
from specpeer import content as theirs
from specpeer.content import (
    ANCHOR,
    ASK_ANCHOR,
    CONTROL,
    DELETE,
    EDIT,
    OWN_DEVICES,
    PROFILE,
    REACT,
    RECEIPT,
    TEXT,
    TIMER,
    TYPING,
    Content,
    Voice,
    plain,
)
from specpeer.crypto import Refused
from specpeer.packing import Value, pack

ID, TALK = bytes(range(16)), bytes(range(32))

SAID: list[tuple[ours.Body, int, list[Value]]] = [
    (ours.Control(), CONTROL, []),
    (ours.Text("good morning ☕"), TEXT, plain("good morning ☕")),
    (ours.Text("x" * 16_384), TEXT, plain("x" * 16_384)),
    (ours.Receipt((ID,), read=True), RECEIPT, [[ID], True]),
    (ours.Receipt((ID,) * 32, read=False), RECEIPT, [[ID] * 32, False]),
    (ours.Typing(active=True), TYPING, [True]),
    (ours.Profile("Alice", ID, bytes(24_880)), PROFILE, ["Alice", ID, bytes(24_880)]),
    (ours.OwnDevices(bytes(49_152)), OWN_DEVICES, [bytes(49_152)]),
    (ours.Anchor(bytes(26_624)), ANCHOR, [bytes(26_624)]),
    (ours.AskAnchor(2**32 - 1), ASK_ANCHOR, [2**32 - 1]),
    (
        ours.Text("", ours.Quote(TALK, ID, "☕" * 160), None, 5, forwarded=True),
        TEXT,
        ["", [TALK, ID, "☕" * 160], None, 5, True],
    ),
    (
        ours.Text("", None, ours.File("ü" * 127, 2**53 - 1, TALK, TALK, bytes(32)), 2_419_200),
        TEXT,
        ["", None, ["ü" * 127, 2**53 - 1, TALK, TALK, bytes(32)], 2_419_200, False],
    ),
    (ours.React(TALK, ID, ""), REACT, [TALK, ID, ""]),
    (ours.React(TALK, ID, "👍" * 8), REACT, [TALK, ID, "👍" * 8]),
    (ours.Edit(ID, "x" * 16_384), EDIT, [ID, "x" * 16_384]),
    (ours.Delete(ID), DELETE, [ID]),
    (ours.Timer(0, 1), TIMER, [0, 1]),
    (ours.Timer(2_419_200, 2**53 - 1), TIMER, [2_419_200, 2**53 - 1]),
]


@pytest.mark.parametrize(("body", "kind", "said"), SAID)
@pytest.mark.parametrize("counter", [0, 200, 2**53 - 1])
def test_they_say_the_same_in_the_same_bytes(
    body: ours.Body, kind: int, said: list[Value], counter: int
) -> None:
    spoken = ours.Content.saying(
        body, id=ID, counter=counter, previous=bytes(32), conversation=TALK, time=1_800_000_000_000
    )
    content = Content(kind, ID, counter, bytes(32), TALK, 1_800_000_000_000, b"", pack(said))
    assert spoken.encode() == content.encode()
    assert spoken.digest() == content.digest
    assert Content.decode(spoken.encode()).said() == said
    assert ours.Content.decode(content.encode()).say() == body


def test_kinds_and_versions_to_come_are_kept_and_not_refused() -> None:
    for version, kind in ((1, 77), (2, TEXT)):
        content = Content(kind, ID, 0, bytes(32), TALK, 0, b"", b"\xff\x00", version)
        assert content.said() is None
        assert content.counted
        said = ours.Content.decode(content.encode()).say()
        assert said == ours.Unknown(version, kind, b"\xff\x00")


def test_only_what_people_say_is_counted() -> None:
    voice = Voice(TALK)
    first = voice.say(TEXT, plain("a"), ID, 1)
    typing = voice.say(TYPING, [True], ID, 2)
    second = voice.say(REACT, [TALK, ID, "☕"], ID, 3)
    assert [each.counter for each in (first, typing, second)] == [0, 1, 1]
    assert first.previous == bytes(32)
    assert typing.previous == second.previous == first.digest
    assert [len(each.gossip) for each in (first, typing, second)] == [80, 0, 80]


def _ours_reads(data: bytes) -> bytes:
    content = ours.Content.decode(data)
    content.say()
    return content.encode()


def _both_read(data: bytes) -> None:
    ours_said = ours_says(lambda: _ours_reads(data))
    assert ours_said == theirs_says(lambda: Content.decode(data).encode())


values: some.SearchStrategy[Value] = some.recursive(
    some.none()
    | some.booleans()
    | some.integers(0, 2**64 - 1)
    | some.binary(max_size=40)
    | some.text(max_size=8)
    | some.sampled_from([ID, TALK]),
    lambda inner: some.lists(inner, max_size=3),
    max_leaves=4,
)


# Bodies of the shapes that there are, with some of their fields of another value.
_WHOLE = [(kind, said) for _, kind, said in SAID]


@given(some.sampled_from(_WHOLE), some.integers(0, 4), some.integers(0, 4), values)
def test_they_take_and_refuse_the_same_in_place_of_one_field(
    whole: tuple[int, list[Value]], at: int, inside: int, value: Value
) -> None:
    kind, said = whole
    body = list(said)
    if at < len(body) and isinstance(inner := body[at], list) and inside < len(inner):
        body[at] = [*inner[:inside], value, *inner[inside + 1 :]]
    else:
        body[at : at + 1] = [value]
    _both_read(Content(kind, ID, 0, bytes(32), TALK, 0, b"", pack(body)).encode())


@pytest.mark.parametrize("seconds", [1, 4, 5, 2_419_200, 2_419_201, 2**32])
def test_they_bound_what_lasts_alike(seconds: int) -> None:
    for kind, body in ((TIMER, [seconds, 1]), (TEXT, ["a", None, None, seconds, False])):
        _both_read(Content(kind, ID, 0, bytes(32), TALK, 0, b"", pack(body)).encode())


@given(some.integers(0, 11), values)
def test_they_take_and_refuse_the_same_bodies(kind: int, body: Value) -> None:
    _both_read(Content(kind, ID, 0, bytes(32), TALK, 0, b"", pack(body)).encode())


@given(some.integers(0, 9), values)
def test_they_take_and_refuse_the_same_fields(field: int, value: Value) -> None:
    fields: list[Value] = [1, TEXT, ID, 0, bytes(32), TALK, 0, b"", pack(plain("a"))]
    fields[field : field + 1] = [value]
    _both_read(pack(fields))


def test_they_take_and_refuse_the_same_altered_bytes() -> None:
    random = Random(1)
    whole = Content(RECEIPT, ID, 300, bytes(32), TALK, 9, b"", pack([[ID, ID], True])).encode()
    for _ in range(3000):
        data = bytearray(whole)
        data[random.randrange(len(data))] = random.randrange(256)
        _both_read(bytes(data[: random.choice([len(data), random.randrange(len(data))])]))
    _both_read(whole + b"\0")


def test_content_of_another_conversation_is_refused() -> None:
    content = Content(TEXT, ID, 0, bytes(32), bytes(32), 0, b"", pack(plain("a")))
    with pytest.raises(Refused):
        theirs.check_conversation(content, TALK)
    with pytest.raises(DoorlessError):
        ours.Content.decode(content.encode()[:-1])
