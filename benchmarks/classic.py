"""The Double Ratchet with header encryption and nothing else, from the parts of the product.

No padding, no post-quantum chain, no commitment: what peers do too, for a fair comparison.

    0 nonce 12 | 12 sealed header 40 + 16 | 68 sealed body
"""

from struct import Struct as Form

from msgspec import Struct

from doorless_protocol.errors import ForgedError
from doorless_protocol.primitives import AgreementKey, Random, aead_open, aead_seal
from doorless_protocol.ratchet.double import Double

CONTEXT = b"benchmark".ljust(64, b"\0")
HEADER = Form(">32sII")
BODY = 12 + HEADER.size + 16


class Classic(Struct, frozen=True, gc=False):
    """One side. Messages come in order."""

    double: Double

    def seal(self, text: bytes, random: Random) -> tuple["Classic", bytes]:
        double = self.double.answer(1, b"", random) if self.double.keys.due else self.double
        double, out_key, number, key = double.send()
        nonce = random(12)
        header = HEADER.pack(double.keys.public, double.keys.previous, number)
        front = nonce + out_key.seal(nonce, header, CONTEXT)
        return Classic(double), front + aead_seal(key, nonce, text, CONTEXT + front)

    def open(self, message: bytes) -> tuple["Classic", bytes]:
        nonce, front, keys = message[:12], message[:BODY], self.double.keys
        if keys.in_key and (header := keys.in_key.open(nonce, front[12:], CONTEXT)):
            theirs, _, number = HEADER.unpack(header)
            double, _, key = self.double.hear(theirs, number)
        elif header := keys.next_in_key.open(nonce, front[12:], CONTEXT):
            theirs, previous, number = HEADER.unpack(header)
            double, _, key = self.double.turn(theirs, previous, number, b"")
        else:
            raise ForgedError("no header key fits")
        return Classic(double), aead_open(key, nonce, message[BODY:], CONTEXT + front)


def pair(random: Random) -> tuple[Classic, Classic]:
    """Two sides that have spoken once each way."""
    root, key_a, key_b = random(32), random(32), random(32)
    prekey = AgreementKey(random(32))
    alice = Classic(Double.start(root, prekey.public(), key_a, key_b, 1, b"", random))
    bob = Classic(Double.accept(root, prekey, key_a, key_b, 1))
    alice, message = alice.seal(b"", random)
    bob, _ = bob.open(message)
    bob, message = bob.seal(b"", random)
    alice, _ = alice.open(message)
    return alice, bob
