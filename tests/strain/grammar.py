"""Requests drawn from the very types that a relay decodes: a new request is drawn with the rest.

A field gets a value within its bounds, often at an edge of them, and often one that means
something to this relay (an id, a token, a handle that it knows). `broken` goes beyond: what comes
of it may still be a frame, and `decode_call` says whether it is.
"""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any, TypeVar, get_args

import msgspec
from fuzz.harness import edit
from fuzz.wire import loose, reshape
from msgspec import Struct, inspect

from doorless_protocol.frames import AnonymousRequest, Call, Request, SignedInRequest, encode

SIGNED_IN: tuple[type[Request], ...] = get_args(SignedInRequest)
ANONYMOUS: tuple[type[Request], ...] = get_args(AnonymousRequest)

F = TypeVar("F", bound=Struct)

WIDEST = 4_096
"""Bytes that a field gets, but for one in thirty: what is long is read as what is short."""

FEW = 4
"""Elements of an array, but for one in thirty."""

MEANT = 0.6
"""How often a field gets what the relay knows."""

EDGES = (0, 1, 2**16, 2**31, 2**32 - 1, 2**53 - 1)


class Grammar:
    """Draws requests.

    Args:
        known: bytes that mean something to the relay, by their length; a field of that length may
            get one of them.
        handles: texts that do.
        honest: whole requests that it understands, by their type.
    """

    def __init__(
        self,
        dice: Random,
        known: Mapping[int, Sequence[bytes]],
        handles: Sequence[str],
        honest: Mapping[type[Request], Sequence[Request]],
    ) -> None:
        self._dice, self._known, self._handles, self._honest = dice, known, handles, honest

    def request(self, kind: type[Request]) -> Request:
        """One of this kind: drawn, or an honest one with at most one field drawn anew."""
        if kind not in self._honest or self._dice.random() < 0.4:
            drawn = {field.name: self._draw(field.type) for field in _fields(kind)}
            return kind(**drawn)
        honest = self._dice.choice(self._honest[kind])
        if not names_of(kind) or self._dice.random() < 0.4:
            return honest
        return self.redrawn(honest, self._dice.choice(names_of(kind)))

    def redrawn(self, frame: F, name: str) -> F:
        """The same with this field drawn anew."""
        [field] = [each for each in _fields(type(frame)) if each.name == name]
        return msgspec.structs.replace(frame, **{name: self._draw(field.type)})

    def chance(self) -> bool:
        return self._dice.random() < 0.5

    def broken(self, call: Call) -> bytes:
        """Its frame with edited bytes, of another shape, loosely encoded, or cut off."""
        frame, script = encode(call), self._dice.randbytes(self._dice.randint(2, 12))
        match self._dice.randrange(5):
            case 0:
                return edit(frame, script)
            case 1:
                return msgspec.msgpack.encode(reshape(msgspec.msgpack.decode(frame), script))
            case 2:
                return loose(msgspec.msgpack.decode(frame), iter(script))
            case 3:
                return frame[: self._dice.randrange(len(frame))]
            case _:
                return self._dice.randbytes(self._dice.choice((0, 1, 2, 17, 300)))

    def _draw(self, kind: inspect.Type) -> Any:
        return _DRAWN[type(kind)](self, kind)

    def bytes(self, kind: inspect.BytesType) -> bytes:
        size = self._size(kind.min_length or 0, kind.max_length, WIDEST)
        if size in self._known and self._dice.random() < MEANT:
            return self._dice.choice(self._known[size])
        return self._dice.choice((bytes(size), b"\xff" * size, self._dice.randbytes(size)))

    def text(self, kind: inspect.StrType) -> str:
        if kind.pattern or self._dice.random() < MEANT:
            return self._dice.choice(self._handles)
        size = self._size(kind.min_length or 0, kind.max_length, 64)
        return "".join(self._dice.choices("aá.\0\u202e\U0001f642 Z-", k=size))

    def number(self, kind: inspect.IntType) -> int:
        low, high = kind.ge or 0, kind.le if kind.le is not None else 2**53 - 1
        drawn = (*EDGES, low, high, self._dice.randrange(300), self._dice.randrange(300) * 65_536)
        return min(max(self._dice.choice(drawn), low), high)

    def elements(self, kind: inspect.VarTupleType) -> tuple[Any, ...]:
        size = self._size(kind.min_length or 0, kind.max_length, FEW)
        return tuple(self._draw(kind.item_type) for _ in range(size))

    def either(self, kind: inspect.UnionType) -> Any:
        return self._draw(self._dice.choice(kind.types))

    def yes_or_no(self, _kind: inspect.BoolType) -> bool:
        return self.chance()

    def inner(self, kind: inspect.StructType) -> Struct:
        """A frame within a frame, all of it drawn."""
        drawn: Struct = kind.cls(**{field.name: self._draw(field.type) for field in kind.fields})
        return drawn

    def nothing(self, _kind: inspect.NoneType) -> None:
        return None

    def _size(self, low: int, high: int | None, usual: int) -> int:
        """One of the edges, or between them; seldom more than `usual`."""
        high = 65_536 if high is None else high
        if self._dice.random() > 1 / 30:
            high = max(low, min(high, usual))
        return self._dice.choice((low, high, self._dice.randint(low, high)))


_DRAWN: dict[type[inspect.Type], Callable[[Grammar, Any], Any]] = {
    inspect.BytesType: Grammar.bytes,
    inspect.StrType: Grammar.text,
    inspect.IntType: Grammar.number,
    inspect.VarTupleType: Grammar.elements,
    inspect.UnionType: Grammar.either,
    inspect.NoneType: Grammar.nothing,
    inspect.BoolType: Grammar.yes_or_no,
    inspect.StructType: Grammar.inner,
}
_kinds: dict[type[Struct], tuple[inspect.Field, ...]] = {}


def names_of(kind: type[Struct]) -> tuple[str, ...]:
    return tuple(field.name for field in _fields(kind))


def _fields(kind: type[Struct]) -> tuple[inspect.Field, ...]:
    if kind not in _kinds:
        described = inspect.type_info(kind)
        assert isinstance(described, inspect.StructType)
        _kinds[kind] = described.fields
    return _kinds[kind]
