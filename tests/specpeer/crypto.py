"""The algorithms of docs/spec/01-primitives.md §1, and the two ways to come by randomness.

The only module here that imports the project: `doorless_protocol.primitives` and
`file_primitives`, whose functions are those of other people's libraries. What they raise becomes
`Refused`.
"""

from collections.abc import Callable
from typing import ParamSpec, Protocol, TypeVar

from doorless_protocol import primitives as p
from doorless_protocol.file_primitives import Stream as _Stream

P = ParamSpec("P")
R = TypeVar("R")


class Refused(Exception):  # noqa: N818 - it is what happened, and no mistake of ours
    """These bytes are not taken, and nothing has changed.

    `reason` is the name that the pages give the refusal: "ForgedError", "MalformedError", ...
    """

    def __init__(self, reason: str, why: str) -> None:
        super().__init__(f"{reason}: {why}")
        self.reason = reason


def malformed(why: str) -> Refused:
    return Refused("MalformedError", why)


def forged(why: str) -> Refused:
    return Refused("ForgedError", why)


def _refusing(function: Callable[P, R]) -> Callable[P, R]:
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except p.MalformedError as error:
            raise malformed(str(error)) from None
        except p.ForgedError as error:
            raise forged(str(error)) from None

    return call


class Stream:
    """A stream of a file: page 14 §2.2."""

    def __init__(self, key: bytes, header: bytes) -> None:
        stream = _Stream(key, header)
        self.seal, self.open = stream.seal, _refusing(stream.open)


sha256 = p.sha256
sha3_256 = p.sha3_256
same = p.same
hkdf = p.hkdf
hkdf_extract = p.hkdf_extract
hkdf_expand = p.hkdf_expand
hmac_sha256 = p.hkdf_extract  # HKDF-Extract(salt, secret) is HMAC(salt, secret), RFC 5869 §2.2

aead_seal = p.aead_seal
aead_open = _refusing(p.aead_open)
hpke_open = _refusing(p.hpke_open)

x25519 = _refusing(p.x25519)
x25519_public = p.x25519_public
kem768_public = p.kem768_public
kem1024_public = p.kem1024_public
kem768_open = _refusing(p.kem768_decapsulate)
kem1024_open = _refusing(p.kem1024_decapsulate)
xwing_public = p.xwing_public
ed25519_public = p.ed25519_public
ed25519_sign = p.ed25519_sign
ed25519_verify = _refusing(p.ed25519_verify)
mldsa_public = p.mldsa65_public
mldsa_verify = _refusing(p.mldsa65_verify)

parse_x25519 = _refusing(p.parse_x25519)
parse_ed25519 = _refusing(p.parse_ed25519)
parse_kem768 = _refusing(p.parse_kem768)
parse_kem1024 = _refusing(p.parse_kem1024)
parse_xwing = _refusing(p.parse_xwing)


class Draws(Protocol):
    """Everything that is drawn: §1.1. Four of these happen inside a library."""

    def random(self, size: int) -> bytes: ...
    def encapsulate768(self, public: bytes) -> tuple[bytes, bytes]:
        """(secret 32, ciphertext 1,088)."""
        ...

    def encapsulate1024(self, public: bytes) -> tuple[bytes, bytes]:
        """(secret 32, ciphertext 1,568)."""
        ...

    def sign_mldsa(self, seed: bytes, message: bytes) -> bytes: ...
    def seal_hpke(self, public: bytes, info: bytes, plaintext: bytes) -> bytes: ...


class Fresh:
    """Draws as it goes: `random` says from where."""

    def __init__(self, random: Callable[[int], bytes]) -> None:
        self.random = random

    encapsulate768 = staticmethod(p.kem768_encapsulate)
    encapsulate1024 = staticmethod(p.kem1024_encapsulate)
    sign_mldsa = staticmethod(p.mldsa65_sign)
    seal_hpke = staticmethod(p.hpke_seal)


class Unaccounted(Exception):  # noqa: N818
    """The tape holds something else than the specification draws at this place."""


class Recorded:
    """Plays a tape: what was drawn, in order, as (what, bytes).

    What a library drew is on the tape by its output, and is accounted for: a signature is
    verified, a ciphertext opened, a seal opened and compared. `seeds` are the private keys that
    this takes, by their public keys.
    """

    def __init__(self, tape: list[tuple[str, bytes]], seeds: dict[bytes, bytes]) -> None:
        self.tape, self.seeds, self.at = tape, seeds, 0

    def _next(self, what: str) -> bytes:
        if self.at == len(self.tape) or self.tape[self.at][0] != what:
            raise Unaccounted(f"draw {self.at}: the specification has {what} here")
        self.at += 1
        return self.tape[self.at - 1][1]

    def random(self, size: int) -> bytes:
        drawn = self._next("random")
        if len(drawn) != size:
            raise Unaccounted(f"draw {self.at - 1}: {len(drawn)} bytes, not {size}")
        return drawn

    def encapsulate768(self, public: bytes) -> tuple[bytes, bytes]:
        ciphertext = self._next("ML-KEM-768 ciphertext")
        return kem768_open(self.seeds[public], ciphertext), ciphertext

    def encapsulate1024(self, public: bytes) -> tuple[bytes, bytes]:
        ciphertext = self._next("ML-KEM-1024 ciphertext")
        return kem1024_open(self.seeds[public], ciphertext), ciphertext

    def sign_mldsa(self, seed: bytes, message: bytes) -> bytes:
        signature = self._next("ML-DSA-65 signature")
        mldsa_verify(mldsa_public(seed), message, signature)
        return signature

    def seal_hpke(self, public: bytes, info: bytes, plaintext: bytes) -> bytes:
        sealed = self._next("HPKE seal")
        if hpke_open(self.seeds[public], info, sealed) != plaintext:
            raise Unaccounted(f"draw {self.at - 1}: it seals something else")
        return sealed

    def finish(self) -> None:
        if self.at != len(self.tape):
            raise Unaccounted(f"{len(self.tape) - self.at} draws that the specification does not")
