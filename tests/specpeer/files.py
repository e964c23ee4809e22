"""Sealed files: docs/spec/14-attachments.md, and nothing else."""

from typing import Any

from specpeer.crypto import Stream, forged, hkdf_expand, same, sha3_256, sha256

PART = 65_536
OVERHEAD = 17


def padded(size: int) -> int:
    """§2.1, as the page says it: floor(log2) counted, not taken from the length of an integer."""
    if size <= PART:
        return PART
    e = 0
    while 2 ** (e + 1) <= size:
        e += 1
    s = 1
    while 2**s <= e:
        s += 1
    step = 2 ** (e - s)
    return size if size % step == 0 else size + step - size % step


def seal(key: bytes, header: bytes, file: bytes) -> list[bytes]:
    """Commitment and header, then the parts. §2.2."""
    plain = file + bytes(padded(len(file)) - len(file))
    cut = [plain[at : at + PART] for at in range(0, len(plain), PART)]
    stream = Stream(key, header)
    sealed = [stream.seal(part, final=part is cut[-1]) for part in cut]
    return [hkdf_expand(key, b"doorless/1 file" + header, 32) + header, *sealed]


def open_file(key: bytes, size: int, digest: bytes, sealed: bytes) -> bytes:
    """§2.3."""
    commitment, header, body = sealed[:32], sealed[32:56], sealed[56:]
    if len(header) < 24 or not same(hkdf_expand(key, b"doorless/1 file" + header, 32), commitment):
        raise forged("not its key")
    whole, plain, stream = padded(size), b"", Stream(key, header)
    while len(plain) < whole:
        length = min(PART, whole - len(plain))
        part, body = body[: length + OVERHEAD], body[length + OVERHEAD :]
        if len(part) != length + OVERHEAD:
            raise forged("cut")
        plain += stream.open(part, final=len(plain) + length == whole)
    if body or any(plain[size:]) or not same(sha3_256(sealed), digest):
        raise forged("not as it was sealed")
    return plain[:size]


def read_capability(write: bytes) -> bytes:
    return sha256(b"doorless/1 blob read" + write)


def address(read: bytes) -> bytes:
    return sha256(b"doorless/1 blob address" + read)


def _padded_sizes(sizes: list[int]) -> dict[str, Any]:
    parts = [-(-padded(size) // PART) for size in sizes]
    every = [padded(size) for size in sizes]
    sealed = [56 + whole + OVERHEAD * n for whole, n in zip(every, parts, strict=True)]
    return {"padded": every, "sealed": sealed}


def _sealed_file(key: bytes, header: bytes, file: bytes) -> dict[str, Any]:
    prefix, *parts = seal(key, header, file)
    digest = sha3_256(b"".join((prefix, *parts)))
    return {"prefix": prefix, "parts": [sha3_256(part) for part in parts], "digest": digest}


def _capabilities(write: bytes) -> dict[str, Any]:
    return {"read": read_capability(write), "address": address(read_capability(write))}


DERIVED = {
    "padded sizes": _padded_sizes,
    "sealed file": _sealed_file,
    "capabilities": _capabilities,
}
