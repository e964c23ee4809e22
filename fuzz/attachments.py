"""Target: a sealed file that was altered, beside whose seal another digest stands or none."""

from random import Random as Seeded

from doorless_protocol.attachment import SMALLEST, Seal, open_sealed, seal
from fuzz.harness import Target, attempt, edit, promise

FILE = Seeded(14).randbytes(67_001)


def _sealed() -> tuple[bytes, Seal]:
    ciphertext, steps = bytearray(), seal([FILE], len(FILE), Seeded(3).randbytes)
    while True:
        try:
            ciphertext += next(steps)
        except StopIteration as end:
            return bytes(ciphertext), end.value


CIPHERTEXT, SEAL = _sealed()
OTHER = Seal(SEAL.key, SMALLEST + 1, SEAL.digest)
"""Of another size in the same class: the bytes behind it are no zeros."""


def file(script: bytes) -> None:
    """The first byte says in pieces of how many KiB it comes, and which seal it is opened with."""
    choice, edits = script[:1].ljust(1, b"\0")[0], script[1:]
    altered = edit(CIPHERTEXT, edits)
    size = (choice % 127 + 1) * 1024
    pieces = [altered[at : at + size] for at in range(0, len(altered), size)]
    its_seal = OTHER if choice > 127 else SEAL
    opened = attempt(lambda: b"".join(open_sealed(pieces, its_seal)))
    promise(opened is None or (its_seal is SEAL and opened == FILE), "opened as another file")
    promise(altered != CIPHERTEXT or choice > 127 or opened == FILE, "an honest one is refused")


TARGETS = (
    Target("file", "what opens is the file that was sealed, whole", file,
           tuple(bytes((choice, *rest)) for choice in (0, 63, 200)
                 for rest in ((), (1, 0, 90, 1), (0, 0, 20, 1), (5, 0, 81, 32)))),
)  # fmt: skip
