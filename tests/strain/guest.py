"""An account at a live relay, and what it asks."""

from random import Random

from doorless_protocol.frames import (
    AddPrekeys,
    BeginPrekeys,
    Challenge,
    CloseAccount,
    CommitPrekeys,
    FetchBundle,
    Lookup,
    PublishManifest,
    Register,
    Request,
    SignIn,
    Submit,
    delivery_token_hash,
    login_object,
)
from doorless_protocol.keys import DeviceKeys, Purpose, SigningKey, account_id
from doorless_protocol.log.chain import NO_HEAD
from doorless_protocol.log.label import Label
from doorless_protocol.log.record import Record, RecordKind
from doorless_protocol.log_frames import LogRecords
from doorless_protocol.manifest import DeviceEntry, Manifest
from doorless_protocol.prekey_secrets import draw_bundle

SIZE = 2_048
NO_BINDING = bytes(32)


class Guest:
    """One account with one device, whose keys follow from `seed`."""

    def __init__(self, seed: int, now: int) -> None:
        """Args: now: Unix seconds."""
        self.random = Random(seed).randbytes
        self._key, self.device = SigningKey.draw(self.random), DeviceKeys.draw(self.random)
        self.account, self.token = account_id(self._key.verifying), self.random(16)
        self.handle = "g" + self.random(6).hex()
        self._now = now
        self.manifest = Manifest.sign(self._key, [DeviceEntry.of(self.device, now)], now)
        named = Label(self.handle), 1, NO_HEAD, 0, self.manifest.version, self.manifest.hash
        self._record = Record.sign(self._key, RecordKind.CREATE, *named).encode()

    def sign_in(self, challenge: Challenge, binding: bytes = NO_BINDING) -> SignIn:
        signed = login_object(
            challenge.relay, challenge.nonce, binding, self.account, self.device.device
        )
        signature = self.device.signing.sign(Purpose.RELAY_LOGIN, signed)
        key = self.device.signing.verifying.encode()
        return SignIn(self.account, self.device.device, key, signature)

    def register(self) -> Register:
        token = delivery_token_hash(self.token)
        return Register(self.handle, self.manifest.encode(), token, self._record, bytes(16))

    def prekeys(self, count: int = 8) -> list[Request]:
        bundle, pairs, _ = draw_bundle(self.device, self.account, self._now, self.random, count)
        encoded = tuple(pair.encode() for pair in pairs)
        return [BeginPrekeys(bundle.encode()), AddPrekeys(encoded), CommitPrekeys()]

    def _next_manifest(self) -> PublishManifest:
        entries = [DeviceEntry.of(self.device, self._now)]
        manifest = Manifest.sign(self._key, entries, self._now, self.manifest.head)
        return PublishManifest(manifest.encode(), self._record, bytes(16))

    def asks(self) -> list[Request]:
        """One of everything in which something has to be signed, or known."""
        closing, manifest = CloseAccount(self._record, bytes(16)), self._next_manifest()
        sends = self.envelope(self.random(16))
        return [self.register(), manifest, closing, sends, *self.prekeys(), *self._questions()]

    def _questions(self) -> list[Request]:
        return [Lookup(self.handle, 0), LogRecords(self.handle, 0), FetchBundle(self.device.device)]

    def envelope(self, envelope_id: bytes, size: int = SIZE) -> Submit:
        return Submit(self.device.mailbox, self.token, envelope_id, envelope_id * (size // 16))
