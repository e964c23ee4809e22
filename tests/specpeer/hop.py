"""The hop: a new ML-KEM-768 secret from time to time. docs/spec/04-ratchet.md §5.3 to §5.6.

One object with the name of its state, and what the table says that the state knows.
"""

from dataclasses import dataclass

from specpeer import crypto
from specpeer.crypto import Draws, Refused
from specpeer.wire import LARGEST, Cursor, u8, u64

FIELD, VALUE = 1217, 1184
NOTHING, EK, CT = 0, 1, 2
EMPTY = bytes(FIELD)


def broken(why: str) -> Refused:
    return Refused("BrokenSessionError", why)


@dataclass
class Auth:
    root: bytes
    mac_key: bytes

    @classmethod
    def after(cls, root: bytes, secret: bytes, epoch: int) -> "Auth":
        both = crypto.hkdf(root, secret, b"doorless/1 hop auth" + u64(epoch), 64)
        return cls(both[:32], both[32:])

    def mac(self, epoch: int, kind: int, value: bytes) -> bytes:
        said = b"doorless/1 hop field" + u64(epoch) + u8(kind) + value
        return crypto.hmac_sha256(self.mac_key, said)

    def field(self, epoch: int, kind: int, value: bytes) -> bytes:
        value = value.ljust(VALUE, b"\0")
        return u8(kind) + value + self.mac(epoch, kind, value)

    def check(self, epoch: int, kind: int, value: bytes, mac: bytes) -> None:
        if not crypto.same(self.mac(epoch, kind, value), mac):
            raise broken("a hop field with a wrong MAC")


def parse_field(field: bytes) -> tuple[int, bytes, bytes]:
    """(kind, value, MAC) of a field in its one form. §5.5."""
    at = Cursor(field)
    kind, value, mac = at.uint(1), at.take(VALUE), at.take(32)
    at.end()
    spare = {NOTHING: value + mac, EK: b"", CT: value[1088:]}.get(kind)
    if spare is None or any(spare):
        raise broken("a hop field that is not in its one form")
    return kind, value, mac


@dataclass
class Hop:
    """States: O0 drawing, O1 offering, O1' offering the identity, E0 waiting, E1 holding, E2
    answering."""

    state: str
    label: int
    auth: Auth
    seed: bytes = b""
    key: bytes = b""
    field: bytes = EMPTY

    @classmethod
    def start(cls, authenticator: bytes, initiator: bool, identity_kem: bytes) -> "Hop":
        """`identity_kem`: the initiator's certified key. §5.6."""
        auth = Auth.after(bytes(32), authenticator, 0)
        return cls("O1'" if initiator else "E1", 1, auth, key=identity_kem)

    def send(self, draws: Draws) -> tuple[bytes, bytes | None]:
        """The field to send, and K_e where this epoch is now to be derived."""
        secret = None
        if self.label == LARGEST and self.state in ("O0", "E1"):
            raise ValueError("the last label")
        if self.state == "O0":
            self.seed = draws.random(64)
            self.key = crypto.kem768_public(self.seed)
            self.field = self.auth.field(self.label, EK, self.key)
            self.state = "O1"
        elif self.state == "E1":
            shared, ciphertext = draws.encapsulate768(self.key)
            secret, self.auth = self._secrets(shared, ciphertext)
            self.field = self.auth.field(self.label, CT, ciphertext)
            self.state = "E2"
        return self.field, secret

    def hear(self, label: int, field: bytes, identity_seed: bytes) -> bytes | None:
        """K_e where this epoch is now to be derived. `label` is the message's."""
        kind, value, mac = parse_field(field)
        if label < self.label:
            return None
        if self.state in ("O1", "O1'") and kind == CT:
            seed = self.seed or identity_seed
            ciphertext = value[:1088]
            secret, auth = self._secrets(crypto.kem768_open(seed, ciphertext), ciphertext)
            auth.check(self.label, CT, value, mac)
            self._become("E0", self.label + 1, auth)
            return secret
        if self.state == "E0" and kind == EK:
            self.auth.check(self.label, EK, value, mac)
            self.key = crypto.parse_kem768(value)
            self.state = "E1"
        elif self.state == "E2" and label == self.label + 1:
            self._become("O0", self.label + 1, self.auth)
        return None

    def _secrets(self, shared: bytes, ciphertext: bytes) -> tuple[bytes, Auth]:
        """K_e and auth_{e+1}. §5.3."""
        hashes = crypto.sha3_256(self.key) + crypto.sha3_256(ciphertext)
        info = b"doorless/1 hop epoch" + u64(self.label) + hashes
        secret = crypto.hkdf(self.auth.root, shared, info, 32)
        return secret, Auth.after(self.auth.root, secret, self.label)

    def _become(self, state: str, label: int, auth: Auth) -> None:
        self.state, self.label, self.auth = state, label, auth
        self.seed, self.key, self.field = b"", b"", EMPTY
