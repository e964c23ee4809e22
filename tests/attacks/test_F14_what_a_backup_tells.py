"""F14: somebody who sees your backups writes to you, and looks what that changes."""

import random

import pytest

from doorless_protocol.backup import PART, Keys, seal
from doorless_protocol.backup_records import Said, encode

WRITER = Keys.of(bytes(range(32))).writer
SECRET = "the password is swordfish"


def said(text: str, number: int) -> bytes:
    note: tuple[str, bytes, bytes] = ("", b"", b"")
    return encode(
        Said(
            *(number.to_bytes(16, "big"), False, bytes(16), 1, 1, "text", text, 6, True),
            *(*note, None, None, False, False, 0, 0, b"", False),
        )
    )


def size(*texts: str) -> int:
    records = [said(text, number) for number, text in enumerate(texts)]
    return sum(map(len, seal(records, WRITER, random.Random(len(texts)).randbytes)))


def exactly(size: int) -> int:
    return -(-size // PART) * PART


@pytest.mark.attack(
    "F14",
    "no message of somebody else's, and no number of them, shows in the size of a backup",
    weaken={"doorless_protocol.backup.padded_size": exactly},
)
def test_what_is_written_to_somebody_does_not_show_in_their_backups_size() -> None:
    guesses = [f"the password is {word}" for word in ("swordfish", "joshua", "rosebud")]
    sizes = {size(SECRET), size(SECRET, *["x" * 16_000] * 8)}
    sizes |= {size(SECRET, *[guess] * 50) for guess in guesses}
    assert len(sizes) == 1
