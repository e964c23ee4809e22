"""Whom the attacks on identities are about."""

from dataclasses import dataclass, replace
from random import Random as Seeded

import pytest

from doorless_protocol import merkle
from doorless_protocol.keys import DeviceKeys, Purpose, SigningKey, account_signing_key
from doorless_protocol.manifest import DeviceEntry, Manifest
from doorless_protocol.prekey_secrets import draw_bundle
from doorless_protocol.prekeys import OneTimePair, ServedBundle, SignedBundle


@dataclass(frozen=True)
class Published:
    """An account with one device, and what its relay has of it."""

    account: SigningKey
    keys: DeviceKeys
    manifest: Manifest
    bundle: SignedBundle
    pairs: tuple[OneTimePair, ...]
    now: int

    @property
    def entry(self) -> DeviceEntry:
        return self.manifest.entry(self.keys.device)

    def served(self, index: int = 0) -> ServedBundle:
        path = merkle.inclusion_path([pair.encode() for pair in self.pairs], index)
        return ServedBundle(self.bundle, self.pairs[index], index, path)

    def signs(self, bundle: SignedBundle) -> SignedBundle:
        """Its device signs whatever content: only other defences are left."""
        signature = self.keys.signing.sign(Purpose.PREKEY_BUNDLE, bundle.signed_bytes())
        return replace(bundle, signature=signature)


def publish(seed: int, now: int = 1_800_000_000) -> Published:
    random = Seeded(seed).randbytes
    account, keys = account_signing_key(random(32)), DeviceKeys.draw(random)
    manifest = Manifest.sign(account, [DeviceEntry.of(keys, now)], now)
    bundle, pairs, _ = draw_bundle(keys, manifest.account, now, random, count=3)
    return Published(account, keys, manifest, bundle, pairs, now)


@pytest.fixture(scope="session")
def published_bob() -> Published:
    return publish(1)


@pytest.fixture(scope="session")
def published_eve() -> Published:
    return publish(2)
