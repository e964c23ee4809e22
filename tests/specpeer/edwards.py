"""ECVRF-EDWARDS25519-SHA512-TAI in whole numbers, RFC 9381. docs/spec/09-key-log.md §2."""

from hashlib import sha512

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, P) % P
_ROOT = pow(2, (P - 1) // 4, P)

Point = tuple[int, int, int, int]  # extended coordinates of RFC 8032 §5.1.4
_ZERO: Point = (0, 1, 1, 0)


def vrf(seed: bytes, alpha: bytes) -> tuple[bytes, bytes, bytes]:
    """Public key 32, proof 80, output 64."""
    hashed = sha512(seed).digest()
    secret = int.from_bytes(hashed[:32], "little") & (2**254 - 8) | 2**254
    key = _encode(_times(secret, _base()))
    point = _hashed(key, alpha)
    gamma, encoded = _times(secret, point), _encode(point)
    nonce = int.from_bytes(sha512(hashed[32:] + encoded).digest(), "little") % ORDER
    points = gamma, _times(nonce, _base()), _times(nonce, point)
    listed = key + encoded + b"".join(_encode(each) for each in points)
    challenge = sha512(b"\x03\x02" + listed + b"\0").digest()[:16]
    response = (nonce + int.from_bytes(challenge, "little") * secret) % ORDER
    proof = _encode(gamma) + challenge + response.to_bytes(32, "little")
    return key, proof, _output(gamma)


def located(proof: bytes) -> bytes:
    """The index that a proof leads to; the proof itself is not checked."""
    gamma = _decode(proof[:32])
    if gamma is None:
        raise ValueError("no point")
    return _output(gamma)[:32]


def _output(gamma: Point) -> bytes:
    return sha512(b"\x03\x03" + _encode(_times(8, gamma)) + b"\0").digest()


def _hashed(key: bytes, alpha: bytes) -> Point:
    for counter in range(256):
        data = b"\x03\x01" + key + alpha + bytes((counter, 0))
        point = _decode(sha512(data).digest()[:32])
        if point is not None and _encode(_times(8, point)) != _encode(_ZERO):
            return _times(8, point)
    raise ValueError("no point")


def _base() -> Point:
    point = _decode((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    if point is None:
        raise ValueError("no base point")
    return point


def _decode(data: bytes) -> Point | None:
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number % 2**255
    if y >= P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * _ROOT % P
    if (x * x - square) % P or (not x and sign):
        return None
    x = P - x if x % 2 != sign else x
    return x, y, 1, x * y % P


def _encode(point: Point) -> bytes:
    x, y, z, _ = point
    inverse = pow(z, -1, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | x % 2 << 255).to_bytes(32, "little")


def _plus(one: Point, other: Point) -> Point:
    (x1, y1, z1, t1), (x2, y2, z2, t2) = one, other
    a, b = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * t1 * t2 * _D % P, 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(scalar: int, point: Point) -> Point:
    total = _ZERO
    while scalar:
        if scalar % 2:
            total = _plus(total, point)
        point, scalar = _plus(point, point), scalar // 2
    return total
