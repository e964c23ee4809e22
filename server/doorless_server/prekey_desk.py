"""Prekeys: taken in as a whole, given out one pair at a time.

    BeginPrekeys ──► AddPrekeys … ──► CommitPrekeys ──► served, all of it or nothing

A pair travels with its place in the batch, so pairs are given out in an order of chance: in the
batch's own, a place would tell whoever asks how many sessions began before.
Spec: docs/spec/07-relay.md §3.4, §4.4.
"""

from collections.abc import Sequence
from dataclasses import replace

from doorless_protocol import merkle
from doorless_protocol.encoding import transcript_hash
from doorless_protocol.errors import MalformedError
from doorless_protocol.frames import BundleServed, PrekeysHeld
from doorless_protocol.keys import DeviceId
from doorless_protocol.manifest import Manifest
from doorless_protocol.merkle import HASH_SIZE
from doorless_protocol.prekeys import OneTimePair, SignedBundle
from doorless_protocol.primitives import Random
from doorless_server.clock import Elapsed
from doorless_server.limits import ADDRESS_FETCHES, DAY, MAX_PAIRS, PREKEY_FETCHES, Buckets
from doorless_server.peers import Upload
from doorless_server.registry import NotAllowedError
from doorless_server.store.base import Batch, OneTime, Seat, Store

NONE_SERVED = PrekeysHeld(bytes(HASH_SIZE), 0)


async def begin(store: Store, seat: Seat, bundle: bytes, now: int) -> Upload:
    """Check a bundle under the device's entry in the manifest held.

    Raises:
        MalformedError, ForgedError, ExpiredError: it is not this device's, or not in force.
        NotAllowedError: the account is gone.
    """
    account = await store.account(seat.account)
    if account is None:
        raise NotAllowedError("no such account")
    manifest = Manifest.decode(account.manifest)
    signed = SignedBundle.decode(bundle)
    signed.verify(manifest.entry(DeviceId(seat.device)), manifest.account, now)
    if signed.one_time_count > MAX_PAIRS:
        raise MalformedError(f"{signed.one_time_count} one-time pairs, at most {MAX_PAIRS}")
    return Upload(signed)


def add(upload: Upload, pairs: tuple[bytes, ...]) -> Upload:
    """Raises MalformedError: not pairs, or more of them than the bundle signs."""
    if len(upload.pairs) + len(pairs) > upload.bundle.one_time_count:
        raise MalformedError(f"more than {upload.bundle.one_time_count} one-time pairs")
    return replace(upload, pairs=upload.pairs + tuple(map(OneTimePair.decode, pairs)))


async def commit(store: Store, seat: Seat, upload: Upload, random: Random) -> None:
    """Put what was uploaded in the place of what is served.

    Raises:
        ProofError: these are not the pairs that the bundle signs.
        TakenError: another device serves one of its keys.
    """
    upload.bundle.check_batch(upload.pairs)
    encoded = [pair.encode() for pair in upload.pairs]
    paths = merkle.inclusion_paths(encoded)
    batch = Batch(
        upload.bundle.encode(),
        upload.bundle.hash,
        upload.bundle.expires // DAY,
        shuffled(
            [
                OneTime(index, pair, b"".join(path))
                for index, (pair, path) in enumerate(zip(encoded, paths, strict=True))
            ],
            random,
        ),
        bindings(upload.bundle),
    )
    await store.publish(seat.device, batch)


def bindings(bundle: SignedBundle) -> tuple[bytes, ...]:
    """Digests of the keys of a bundle, of which no two devices draw one alike."""
    keys = [
        (b"signed prekey", bundle.signed_prekey),
        (b"last resort", bundle.last_resort),
        (b"envelope key", bundle.envelope),
    ]
    return tuple(transcript_hash(b"doorless/1 binding", [key]) for key in keys)


def shuffled(pairs: Sequence[OneTime], random: Random) -> tuple[OneTime, ...]:
    """The order in which they are given out."""
    return tuple(sorted(pairs, key=lambda _: random(16)))


async def status(store: Store, seat: Seat) -> PrekeysHeld:
    left = await store.prekeys_left(seat.device)
    return PrekeysHeld(*left) if left else NONE_SERVED


class Rations:
    """How many one-time pairs are given away, of one device and to one address. In memory."""

    def __init__(self, elapsed: Elapsed | None = None) -> None:
        self._devices = Buckets(PREKEY_FETCHES, elapsed=elapsed)
        self._addresses = Buckets(ADDRESS_FETCHES, elapsed=elapsed)

    def take(self, device: bytes, source: str, now: int) -> bool:
        """Whether a pair of `device` may go to `source`. A refusal costs the device nothing."""
        address = self._addresses.of(source, now)
        if address.wait(now) or self._devices.of(device, now).take(now):
            return False
        address.take(now)
        return True


async def fetch(
    store: Store, rations: Rations, device: bytes, source: str, now: int
) -> BundleServed | None:
    """Serve a pair while the rates allow it, then the last resort alone."""
    if await store.prekeys_left(device) is None:
        return None
    one_time = rations.take(device, source, now)
    served = await store.take_prekeys(device, now // DAY, one_time=one_time)
    if served is None:
        return None
    if served.one_time is None:
        return BundleServed(served.bundle, b"", 0, ())
    path = served.one_time.path
    hashes = tuple(path[at : at + HASH_SIZE] for at in range(0, len(path), HASH_SIZE))
    return BundleServed(served.bundle, served.one_time.pair, served.one_time.index, hashes)
