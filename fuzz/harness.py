"""What a fuzz target is, and the tools that targets are made of.

A target takes any bytes and returns, or raises: then it found something. Where bytes are
sealed or signed, noise never gets past the first check. So a target takes its input as a
*script* of edits, applies them to something honest, and signs or seals the result as its
sender would: what is fuzzed is what lies behind the check.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random as Seeded
from time import process_time
from typing import TypeVar

from doorless_protocol.errors import DoorlessError

CORPUS = Path(__file__).parent / "corpus"
"""One folder a target: what once reached code that nothing smaller reached."""

MAX_EDITS = 24
"""Of one script: more of them only hit the first check again."""

EDIT_SIZE = 4  # kind, place u16, value

T = TypeVar("T")


class FindingError(AssertionError):
    """A promise of the target's that did not hold."""


@dataclass(frozen=True, slots=True)
class Target:
    """One decoder, or one step, and what must hold of it whatever comes.

    Attributes:
        promise: in words; shown to whoever reads the list.
        check: raises where the promise is broken. A DoorlessError that it lets through is a
            finding, too: a refusal is no result of a target.
        seeds: honest inputs, to start from.
        seconds: of CPU that one input may take, on a slow machine.
    """

    name: str
    promise: str
    check: Callable[[bytes], None]
    seeds: tuple[bytes, ...]
    max_size: int = 4096
    seconds: float = 1.0


def attempt(take: Callable[[], T]) -> T | None:
    """What it gives, or None where it refuses in the way that it may."""
    try:
        return take()
    except DoorlessError:
        return None


def play(target: Target, data: bytes) -> None:
    """Check one input, and what it cost.

    Raises:
        FindingError: a promise that did not hold, or too much time. Other errors of the code
            under test pass through: they are findings, too.
    """
    begun = process_time()
    target.check(data)
    spent = process_time() - begun
    promise(spent <= target.seconds, f"{spent:.1f} s of CPU for one input")


def promise(kept: bool, what: str) -> None:
    """Raises FindingError: it was not."""
    if not kept:
        raise FindingError(what)


def check_one_form(
    decode: Callable[[bytes], T], encode: Callable[[T], bytes], data: bytes
) -> T | None:
    """Decode; what is accepted encodes to the very same bytes. Returns it, None if refused."""
    value = attempt(lambda: decode(data))
    if value is not None:
        promise(encode(value) == data, "two encodings of one value")
    return value


def edit(honest: bytes, script: bytes) -> bytes:
    """Apply a script: edits of EDIT_SIZE bytes each. An empty one changes nothing."""
    edited = bytearray(honest)
    for start in range(0, min(len(script), MAX_EDITS * EDIT_SIZE), EDIT_SIZE):
        kind, high, low, value = script[start : start + EDIT_SIZE].ljust(EDIT_SIZE, b"\0")
        at = (high << 8 | low) % (len(edited) + 1)
        _EDITS[kind % len(_EDITS)](edited, at, value)
    return bytes(edited)


def _put(data: bytearray, at: int, value: int) -> None:
    data[at : at + 1] = bytes((value,))


def _flip(data: bytearray, at: int, value: int) -> None:
    if at < len(data):
        data[at] ^= 1 << value % 8


def _fill(data: bytearray, at: int, value: int) -> None:
    """A number of eight bytes: none, all, or a small one."""
    data[at : at + 8] = (b"\0" * 8, b"\xff" * 8, value.to_bytes(8, "big"))[value % 3]


def _swap(data: bytearray, at: int, value: int) -> None:
    """Two neighbouring fields of up to 64 bytes."""
    size = value % 64 + 1
    one, other = data[at : at + size], data[at + size : at + 2 * size]
    data[at : at + 2 * size] = other + one


def _insert(data: bytearray, at: int, value: int) -> None:
    data[at:at] = bytes((value,))


def _delete(data: bytearray, at: int, value: int) -> None:
    del data[at : at + 1 + value % 64]


def _cut(data: bytearray, at: int, value: int) -> None:
    del data[at:]


_EDITS = (_put, _flip, _fill, _swap, _insert, _delete, _cut)


def corpus(target: Target) -> list[bytes]:
    """The committed inputs of a target, in a fixed order."""
    folder = CORPUS / target.name
    return [path.read_bytes() for path in sorted(folder.glob("*"))] if folder.is_dir() else []


def mutations(target: Target, count: int, seed: int) -> Iterator[bytes]:
    """`count` inputs made of the known ones, the same for the same seed: no tool is needed."""
    dice = Seeded(seed)
    known = [*target.seeds, *corpus(target)]
    for _ in range(count):
        yield _mutate(dice, known)[: target.max_size]


def _mutate(dice: Seeded, known: Sequence[bytes]) -> bytes:
    data = bytearray(dice.choice(known))
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(data) + 1)
        match dice.randrange(6):
            case 0:
                data[at : at + 1] = bytes((dice.choice((0, 1, 0x7F, 0x80, 0xFF)),))
            case 1:
                data[at : at + 1] = bytes((dice.randrange(256),))
            case 2:
                data[at:at] = dice.randbytes(dice.randint(1, 2 * EDIT_SIZE))
            case 3:
                del data[at : at + dice.randint(1, EDIT_SIZE)]
            case 4:
                other = dice.choice(known)
                data[at:] = other[dice.randrange(len(other) + 1) :]
            case _:
                data[at:at] = data[at : at + dice.randint(1, 32)]
    return bytes(data)
