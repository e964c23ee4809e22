"""People of SpecPeer: an account from a recovery seed, a device, its prekeys."""

from dataclasses import dataclass, field

from specpeer import identities, prekeys
from specpeer.crypto import Draws, sha256
from specpeer.identities import Device
from specpeer.manifests import Entry, Manifest
from specpeer.session import Peer
from specpeer.signing import Signer

NOW = 1_800_000_000
TODAY = NOW - NOW % 86_400  # what a device writes into a manifest


@dataclass
class Person(Peer):
    """A peer who also holds the key of the account: the primary device."""

    signer: Signer = field(default_factory=lambda: Signer(bytes(64)))

    def renewed(self, draws: Draws) -> Manifest:
        """The next version of the manifest, signed."""
        entries, after = self.manifest.entries, self.manifest.head
        self.manifest = Manifest.sign(self.signer, entries, TODAY, after, draws)
        return self.manifest


def person(name: bytes, draws: Draws, pairs: int = 3) -> Person:
    """Their recovery seed is SHA-256 of the name."""
    account, device = identities.account_signer(sha256(name)), Device.draw(draws)
    manifest = Manifest.sign(account, [Entry.of(device, TODAY)], TODAY, None, draws)
    address = f"{name.decode()}@relay.test"
    secrets = prekeys.draw(device, manifest.account, NOW, draws, pairs)
    return Person(device, manifest, address, [secrets], signer=account)
