"""A verifiable random function: one place for each label, and nobody but the log can guess it.

    label ──► H, a point ──► Gamma = x·H ──► output         proof: Gamma | c | s

ECVRF-EDWARDS25519-SHA512-TAI of RFC 9381, composed of libsodium's operations. With a key that
was checked, a label has exactly one output (*full uniqueness*): no log can keep one entry for
Alice and another for whoever asks about her.

Stricter than RFC 9381: Gamma must be of prime order, which every honest one is.
Spec: docs/spec/09-key-log.md §2.
"""

from dataclasses import dataclass, field
from hashlib import sha512
from typing import NewType, Self

from doorless_protocol.errors import MalformedError, ProofError
from doorless_protocol.log_primitives import (
    GROUP_ORDER,
    POINT_SIZE,
    SCALAR_SIZE,
    Point,
    Scalar,
    difference,
    in_prime_group,
    product,
    reduced,
    times,
    times_base,
    times_cofactor,
    total,
)

VrfPublic = NewType("VrfPublic", bytes)  # 32 bytes, a point of prime order

SEED_SIZE = 32
CHALLENGE_SIZE = 16
PROOF_SIZE = POINT_SIZE + CHALLENGE_SIZE + SCALAR_SIZE  # 80

_SUITE = b"\x03"
_ENCODE, _CHALLENGE, _OUTPUT, _END = b"\x01", b"\x02", b"\x03", b"\x00"


def parse_vrf_public(data: bytes) -> VrfPublic:
    """Take a key in its one canonical form: without this check a label could have two outputs.

    Raises:
        MalformedError: not 32 bytes, or not a canonical point of prime order.

    Spec: RFC 9381 §5.4.5, docs/spec/09-key-log.md §2.1.
    """
    if not in_prime_group(data):
        raise MalformedError(f"VRF key of {len(data)} bytes is no point of prime order")
    return VrfPublic(data)


@dataclass(frozen=True, slots=True)
class VrfKey:
    """The log's secret, a seed of 32 bytes. Lost, labels can be guessed; nothing else falls."""

    seed: bytes = field(repr=False)
    public: VrfPublic

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        if len(seed) != SEED_SIZE:
            raise ValueError(f"VRF seed of {len(seed)} bytes, not {SEED_SIZE}")
        return cls(seed, VrfPublic(times_base(_expand(seed)[0])))

    def prove(self, alpha: bytes) -> bytes:
        """80 bytes, the same each time: Gamma 32 || c 16 || s 32. Spec: RFC 9381 §5.1."""
        secret, nonce_key = _expand(self.seed)
        point = encode_to_curve(self.public, alpha)
        gamma = times(secret, point)
        nonce = reduced(sha512(nonce_key + point).digest())
        challenge = challenge_of(self.public, point, gamma, times_base(nonce), times(nonce, point))
        exact = reduced(secret + bytes(32))
        return gamma + challenge + total(nonce, product(_scalar(challenge), exact))


def verify(public: VrfPublic, alpha: bytes, proof: bytes) -> bytes:
    """Check a proof, and return the one output of `alpha`: 64 bytes.

    Args:
        public: from `parse_vrf_public`.

    Raises:
        ProofError: a wrong size, s not below the group's order, a Gamma that is not a canonical
            point of prime order, or an equation that does not hold.

    Spec: RFC 9381 §5.3, docs/spec/09-key-log.md §2.2.
    """
    if len(proof) != PROOF_SIZE:
        raise ProofError(f"VRF proof of {len(proof)} bytes, not {PROOF_SIZE}")
    gamma = Point(proof[:POINT_SIZE])
    challenge = proof[POINT_SIZE : POINT_SIZE + CHALLENGE_SIZE]
    response = Scalar(proof[POINT_SIZE + CHALLENGE_SIZE :])
    if int.from_bytes(response, "little") >= GROUP_ORDER:
        raise ProofError("VRF proof whose s is not below the group's order")
    if not in_prime_group(gamma):
        raise ProofError("VRF proof whose Gamma is no point of prime order")
    point, scalar = encode_to_curve(public, alpha), _scalar(challenge)
    left = difference(times_base(response), times(scalar, Point(public)))
    right = difference(times(response, point), times(scalar, gamma))
    if challenge_of(public, point, gamma, left, right) != challenge:
        raise ProofError("VRF proof does not verify")
    return output_of(gamma)


def output_of(gamma: Point) -> bytes:
    """What a proof stands for: 64 bytes. Spec: RFC 9381 §5.2."""
    eight = times_cofactor(gamma)
    if eight is None:
        raise ProofError("VRF proof whose Gamma is of small order")
    return sha512(_SUITE + _OUTPUT + eight + _END).digest()


def encode_to_curve(public: VrfPublic, alpha: bytes) -> Point:
    """Hash to a point: try and increment, RFC 9381 §5.4.1.1. Two attempts on average.

    Its time depends on `alpha`, which prover and verifier both know.
    """
    started = sha512(_SUITE + _ENCODE + public + alpha)
    for counter in range(256):
        attempt = started.copy()
        attempt.update(bytes((counter,)) + _END)
        point = times_cofactor(attempt.digest()[:POINT_SIZE])
        if point is not None:
            return point
    raise ProofError("a label that has no point")  # one in 2^256


def challenge_of(public: VrfPublic, *points: Point) -> bytes:
    """16 bytes over Y, H, Gamma, U, V. Y was not in it before RFC 9381; without it, proofs under
    keys chosen afterwards are possible. Spec: RFC 9381 §5.4.3."""
    return sha512(_SUITE + _CHALLENGE + public + b"".join(points) + _END).digest()[:CHALLENGE_SIZE]


def _scalar(challenge: bytes) -> Scalar:
    return Scalar(challenge.ljust(SCALAR_SIZE, b"\0"))


def _expand(seed: bytes) -> tuple[Scalar, bytes]:
    """The secret scalar, clamped, and the key of nonces: RFC 8032 §5.1.5."""
    hashed = sha512(seed).digest()
    scalar = bytearray(hashed[:SCALAR_SIZE])
    scalar[0] &= 248
    scalar[31] = scalar[31] & 127 | 64
    return Scalar(bytes(scalar)), hashed[SCALAR_SIZE:]
