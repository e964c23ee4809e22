"""A person as the relay meets one: an account with devices, and what they ask."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from doorless_protocol.frames import (
    AddPrekeys,
    BeginPrekeys,
    CommitPrekeys,
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
from doorless_protocol.manifest import DeviceEntry, Manifest
from doorless_protocol.prekey_secrets import draw_bundle
from doorless_server.peers import Greeted, Peer

NOW = 1_750_000_000


@dataclass
class Person:
    """An account with one device, until it gets more. Keys follow from `seed`."""

    handle: str
    seed: int
    random: Callable[[int], bytes] = field(init=False)
    key: SigningKey = field(init=False)
    device: DeviceKeys = field(init=False)
    manifest: Manifest = field(init=False)
    token: bytes = field(init=False)
    _record: bytes | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.random = Random(self.seed).randbytes
        self.key = SigningKey.draw(self.random)
        self.device = DeviceKeys.draw(self.random)
        self.token = self.random(16)
        self.manifest = self.listing(self.device)

    @property
    def account(self) -> bytes:
        return account_id(self.key.verifying)

    def listing(self, *devices: DeviceKeys, after: Manifest | None = None) -> Manifest:
        entries = [DeviceEntry.of(device, NOW) for device in devices]
        return Manifest.sign(self.key, entries, NOW, after.head if after else None)

    def sign_in(self, peer: Peer, device: DeviceKeys | None = None) -> SignIn:
        assert isinstance(peer, Greeted)
        device = device or self.device
        challenge = peer.challenge
        signed = login_object(
            challenge.relay, challenge.nonce, peer.binding, self.account, device.device
        )
        return SignIn(
            self.account,
            device.device,
            device.signing.verifying.encode(),
            device.signing.sign(Purpose.RELAY_LOGIN, signed),
        )

    def register(self) -> Register:
        """The same each time, with a record for a relay that has a log."""
        if self._record is None:
            named = Label(self.handle), 1, NO_HEAD, 0, self.manifest.version, self.manifest.hash
            self._record = Record.sign(self.key, RecordKind.CREATE, *named).encode()
        token = delivery_token_hash(self.token)
        return Register(self.handle, self.manifest.encode(), token, self._record, bytes(16))

    def publish(self, manifest: Manifest) -> PublishManifest:
        self.manifest = manifest
        return PublishManifest(manifest.encode())

    def upload(self, count: int = 3, now: int = NOW) -> list[Request]:
        bundle, pairs, _ = draw_bundle(self.device, self.account, now, self.random, count)
        encoded = tuple(pair.encode() for pair in pairs)
        added = [AddPrekeys(encoded[at : at + 32]) for at in range(0, len(encoded), 32)]
        return [BeginPrekeys(bundle.encode()), *added, CommitPrekeys()]

    def envelope(self, number: int, token: bytes | None = None, size: int = 2048) -> Submit:
        """The `number`-th envelope to this person, with her token unless another is given."""
        return Submit(
            self.device.mailbox,
            self.token if token is None else token,
            number.to_bytes(16, "big"),
            number.to_bytes(4, "big") * (size // 4),
        )
