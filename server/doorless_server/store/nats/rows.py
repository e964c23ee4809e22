"""What is kept of accounts and prekeys in a cluster: under which keys, and in what form.

    account.A   AccountRow     token.A    TokenRow      seen.A    the day of its last connection
    handle.H    account        name.S     NameRow       head.A.V  HeadRow
    device.D    DeviceRow      mailbox.M  BoxRow        binding.K account
    bundle.D    BundleRow      pair.D.G.N PairRow       served.K  device
    closing.A   ClosingRow     leaving.D  mailbox       spent.D.G (empty)
    released.DAY.S, expiring.DAY.D        by the last day on which it is kept

Ids, handles and digests stand in keys in hex. What each is for, and how long it is kept:
docs/spec/17-cluster-state.md §3.
"""

from collections.abc import Sequence

from msgspec import Struct

from doorless_server.store.base import OneTime, Seat
from doorless_server.store.names import Name


class SeatRow(Struct, frozen=True, array_like=True):
    device: bytes
    mailbox: bytes
    key_hash: bytes


class AccountRow(Struct, frozen=True, array_like=True):
    handle: str
    created: int
    version: int
    manifest_hash: bytes
    manifest: bytes
    seats: tuple[SeatRow, ...]

    def seated(self, account: bytes) -> list[Seat]:
        return [Seat(account, seat.device, seat.mailbox, seat.key_hash) for seat in self.seats]


class TokenRow(Struct, frozen=True, array_like=True):
    """Of delivery tokens: which is in force, and which was before it, until when."""

    token_hash: bytes
    previous_hash: bytes
    previous_until: int


class NameRow(Struct, frozen=True, array_like=True):
    released: int
    owner: bytes

    @property
    def name(self) -> Name:
        return Name(self.released, self.owner)


class DeviceRow(Struct, frozen=True, array_like=True):
    account: bytes
    mailbox: bytes
    key_hash: bytes
    incarnation: int


class BoxRow(Struct, frozen=True, array_like=True):
    account: bytes
    token: TokenRow


class HeadRow(Struct, frozen=True, array_like=True):
    """A signed head, and the digests of the keys that came with its manifest."""

    head: bytes
    bindings: tuple[bytes, ...]


class ClosingRow(Struct, frozen=True, array_like=True):
    """An account that was closed, of which there still are heads up to `version`."""

    version: int


class BundleRow(Struct, frozen=True, array_like=True):
    bundle: bytes
    hash: bytes
    expires: int
    keys: tuple[bytes, ...]


class PairRow(Struct, frozen=True, array_like=True):
    index: int
    pair: bytes
    path: bytes

    @property
    def one_time(self) -> OneTime:
        return OneTime(self.index, self.pair, self.path)


NO_TOKEN = TokenRow(bytes(32), bytes(32), -1)


def key(kind: str, *parts: bytes | str | int) -> str:
    """`kind` and what names one of them."""
    return ".".join([kind, *map(_part, parts)])


def _part(part: bytes | str | int) -> str:
    if isinstance(part, int):
        return str(part)
    return (part.encode() if isinstance(part, str) else part).hex()


def parts(name: str) -> Sequence[str]:
    """What names it, without the kind."""
    return name.split(".")[1:]


def generation(bundle_hash: bytes) -> bytes:
    """By which the pairs of one bundle are told from those of the one before."""
    return bundle_hash[:16]
