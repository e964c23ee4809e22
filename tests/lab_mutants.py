"""What takes a defence's place in the lab's mutations: programs that somebody made weaker."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms

from doorless_client.core.receiving import Receiver
from doorless_client.core.voices import Heard, Voices
from doorless_client.key_file import Cost
from doorless_protocol import handshake
from doorless_protocol.log.gossip import Anchors
from doorless_protocol.primitives import TAG_SIZE, KemSeed
from doorless_protocol.ratchet import hop
from doorless_protocol.ratchet.late import Late

_agree, _keep_session, _hear = hop.Auth.agree, Receiver._keep_session, Voices.hear
_transcript = handshake._transcript


def nothing(*_: Any, **__: Any) -> None:
    """A check that checks nothing."""


def never(*_: Any, **__: Any) -> bool:
    return False


def always(*_: Any, **__: Any) -> bool:
    return True


def same_for_all(*_: Any) -> Anchors:
    """Whatever others were shown is what we were shown."""
    return Anchors.SAME


def takes_it_for_settled(_view: Any, pin: Any, _anchor: Any) -> Any:
    return replace(pin, settled=True)


def own_as_before(_config: Any, own: Any, *_: Any) -> Any:
    """Whatever the log shows under our name is ours."""
    return own


def reads_any_form(reader: Any) -> None:
    reader.raw(2)


def reads_any_kind(reader: Any) -> handshake.Kind:
    reader.raw(1)
    return handshake.Kind.START


def without_ciphertexts(terms: Any, opening: Any) -> Iterator[tuple[bytes, bytes]]:
    """A transcript that names no ciphertext."""
    return ((n, value) for n, value in _transcript(terms, opening) if b"ciphertext" not in n)


def opens_without_its_tag(key: bytes, nonce: bytes, sealed: bytes, _context: bytes) -> bytes:
    """ChaCha20 alone: the block counter begins at 1, as in the AEAD."""
    cipher = Cipher(algorithms.ChaCha20(key, (1).to_bytes(4, "little") + nonce), mode=None)
    return cipher.decryptor().update(sealed[:-TAG_SIZE])


def keeps_no_step(self: Receiver, arrival: Any) -> None:
    """The session stays as it was before a message: its key opens it again."""
    if arrival.initial is not None:
        _keep_session(self, arrival)


def hears_no_gap(self: Voices, content: Any, digest: bytes, device: bytes, place: int) -> Heard:
    return Heard(late_for=_hear(self, content, digest, device, place).late_for)


def keeps_no_late_key(self: Late, _keys: Any) -> Late:
    return self


def agrees_without_the_secret(
    self: Any, epoch: int, _shared: bytes, ek: bytes, ct: bytes
) -> tuple[Any, bytes]:
    """A post-quantum ratchet that turns and mixes nothing in."""
    return _agree(self, epoch, b"", ek, ct)


def known_encapsulation(size: int) -> Callable[[Any], tuple[bytes, bytes]]:
    def encapsulate(_public: Any) -> tuple[bytes, bytes]:
        return bytes(32), bytes(size)

    return encapsulate


known_768, known_1024 = known_encapsulation(1088), known_encapsulation(1568)


def known_secret(_ours: KemSeed, _ciphertext: bytes) -> bytes:
    return bytes(32)


def seals_in_the_clear(_theirs: Any, _info: bytes, plaintext: bytes) -> bytes:
    return plaintext.ljust(len(plaintext) + 1136, b"\0")


def opens_the_clear(_ours: Any, _info: bytes, sealed: bytes) -> bytes:
    return sealed[:-1136]


def exactly_as_long(size: int) -> int:
    """No padding to size classes."""
    return size


NO_LEAST_SIZE = (0,)
"""For the default of `Triple.seal`, whose envelopes have one size class at least."""


costs_nothing = Cost(passes=1, memory=8192)


def seals_nothing(_key: bytes, _nonce: bytes, plaintext: bytes, _context: bytes) -> bytes:
    return plaintext + bytes(TAG_SIZE)


def opens_nothing(_key: bytes, _nonce: bytes, sealed: bytes, _context: bytes) -> bytes:
    return sealed[:-TAG_SIZE]


def its_first_source(*sources: Any) -> Any:
    return sources[0]


def the_number_itself(number: int, _width: int) -> str:
    """A band that hides nothing."""
    return str(number)
