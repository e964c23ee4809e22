"""Derivations of attachments: docs/spec/14-attachments.md. Importing it registers them."""

from derivations import Size, Values, derivation

from doorless_protocol.attachment import padded_size, seal, sealed_size
from doorless_protocol.blob_frames import blob_address, read_capability
from doorless_protocol.primitives import sha3_256

SIZES = [0, 1, 65_536, 65_537, 67_584, 67_585, 1_000_000, 104_857_600, 2**31]


@derivation("14-attachments §2.1", sizes=SIZES)
def padded_sizes(sizes: list[int]) -> Values:
    return {
        "padded": [padded_size(size) for size in sizes],
        "sealed": [sealed_size(size) for size in sizes],
    }


@derivation("14-attachments §2.2", key=Size(32), header=Size(24), file=Size(70_001))
def sealed_file(key: bytes, header: bytes, file: bytes) -> Values:
    """Of two parts. `parts` has what is in front of them, and a hash of each."""
    drawn = iter((key, header))
    steps = seal([file], len(file), lambda _: next(drawn))
    parts: list[bytes] = []
    while True:
        try:
            parts.append(next(steps))
        except StopIteration as end:
            hashes = [sha3_256(part) for part in parts[1:]]
            return {"prefix": parts[0], "parts": hashes, "digest": end.value.digest}


@derivation("14-attachments §3", write=Size(32))
def capabilities(write: bytes) -> Values:
    return {"read": read_capability(write), "address": blob_address(read_capability(write))}
