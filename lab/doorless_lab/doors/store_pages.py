"""What who has a store's key finds in its files: every page, freed ones and the log as well.

SQLCipher 4 with a raw key: pages of 4,096 bytes, AES-256-CBC, the last 80 bytes of each are its IV
(16) and its HMAC (64); the first 16 of the file are a salt. Frames of the log have a header of 24
bytes each, behind one of 32.
"""

from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAGE, RESERVED, SALT, IV = 4096, 80, 16, 16
LOG_HEADER, FRAME_HEADER = 32, 24


def everything(path: Path, key: bytes) -> bytes:
    """The plaintext of all pages in the database and in its log, one after the other."""
    log = path.with_name(path.name + "-wal")
    frames = log.read_bytes() if log.exists() else b""
    return b"".join((*_pages(path.read_bytes(), key), *_logged(frames, key)))


def _pages(data: bytes, key: bytes) -> Iterator[bytes]:
    for at in range(0, len(data), PAGE):
        yield _decrypt(data[at : at + PAGE], key, SALT if at == 0 else 0)


def _logged(data: bytes, key: bytes) -> Iterator[bytes]:
    for at in range(LOG_HEADER, len(data), FRAME_HEADER + PAGE):
        number = int.from_bytes(data[at : at + 4])
        page = data[at + FRAME_HEADER : at + FRAME_HEADER + PAGE]
        yield _decrypt(page, key, SALT if number == 1 else 0)


def _decrypt(page: bytes, key: bytes, skip: int) -> bytes:
    end = len(page) - RESERVED
    decryptor = Cipher(algorithms.AES(key), modes.CBC(page[end : end + IV])).decryptor()
    return decryptor.update(page[skip:end]) + decryptor.finalize()
