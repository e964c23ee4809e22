"""Accounts: register, publish a manifest, look up, close.

A manifest is believed for what the account's key signed; which handle it has, and that no
key serves two accounts, is what the relay adds. Spec: docs/spec/07-relay.md §3.2, §3.3, §4.3.
"""

from collections.abc import Iterable, Sequence

from doorless_protocol import handles
from doorless_protocol.encoding import transcript_hash
from doorless_protocol.errors import DoorlessError
from doorless_protocol.frames import (
    MAX_FRAME_BYTES,
    CloseAccount,
    Found,
    Lookup,
    PublishManifest,
    Register,
)
from doorless_protocol.keys import VerifyingKey
from doorless_protocol.log.label import parse_label
from doorless_protocol.log.record import RecordKind
from doorless_protocol.log_frames import Dispute
from doorless_protocol.manifest import NO_PREVIOUS, SIGNED_HEAD_SIZE, DeviceEntry, Manifest
from doorless_protocol.primitives import ED25519_PUBLIC_SIZE, sha256
from doorless_server.directory import desk
from doorless_server.directory.base import Change, Directory
from doorless_server.limits import DAY
from doorless_server.peers import SignedIn
from doorless_server.store.base import Account, AccountStore, Listing, Seat, TakenError

FRAME_ROOM = 64
"""Bytes of a Found beside its manifest and its heads, at most."""

HEAD_ROOM = SIGNED_HEAD_SIZE + 3
"""Bytes of one head in a frame."""


class NotAllowedError(DoorlessError):
    """Well-formed, and not this peer's to ask."""


async def register(
    accounts: AccountStore,
    directory: Directory | None,
    peer: SignedIn,
    asked: Register,
    now: int,
) -> bytes:
    """Begin an account, whose one device is the one that asks; the log's receipt, if there is one.

    Raises:
        MalformedError, ForgedError, ExpiredError: no manifest, or log record, of this account.
        NotAllowedError: not version 1, or not of exactly this device and key.
        TakenError: the handle, or one of the keys, is another account's.
        HandleError, LookalikeError, ReleasedError: nobody may have this handle now.
        StaleError: its record does not follow the handle's newest.
        UnavailableError: not now.
    """
    handle = handles.check_registrable(asked.handle)
    manifest = Manifest.decode(asked.manifest)
    manifest.head.check_time(now)
    listing = listed(manifest)
    require_proof_of_possession(peer, listing)
    first = (manifest.version, manifest.head.previous) == (1, NO_PREVIOUS)
    if not first or len(listing.seats) != 1:
        raise NotAllowedError("the first manifest lists one device")

    async def create() -> None:
        if not _is_same(await accounts.account(peer.account), asked):
            await accounts.create(handle, listing, asked.token_hash, now // DAY)

    if directory is None:
        await create()
        return b""
    record = desk.read(asked.record, asked.opening, handle, {RecordKind.CREATE}, manifest.key)
    desk.check_names(record, manifest)
    holder = await accounts.account_named(handle)
    if holder is not None and holder.id != peer.account:
        raise TakenError("handle")
    change = Change(record, asked.opening)
    return (await desk.logged(directory, change, now, create))[1]


async def publish_manifest(
    accounts: AccountStore,
    directory: Directory | None,
    peer: SignedIn,
    asked: PublishManifest,
    now: int,
) -> tuple[tuple[Seat, ...], bytes]:
    """Replace the manifest held by the one after it.

    Returns:
        The devices no longer listed, and the log's receipt, if there is one.

    Raises:
        MalformedError, ForgedError, ExpiredError: no manifest, or log record, of this account.
        NotAllowedError: it does not list the device that asks, with the key that it holds.
        StaleError: it does not follow the one held.
        TakenError: one of the keys is another account's.
        UnavailableError: not now.
    """
    manifest = Manifest.decode(asked.manifest)
    manifest.head.check_time(now)
    listing = listed(manifest)
    require_proof_of_possession(peer, listing)
    held = await accounts.account(peer.account)
    if held is None:
        raise NotAllowedError("no such account")
    is_held = held.manifest == asked.manifest

    async def replace() -> tuple[Seat, ...]:
        return () if is_held else tuple(await accounts.replace_manifest(peer.account, listing))

    if directory is None:
        return await replace(), b""
    kinds = {RecordKind.UPDATE, RecordKind.RESET}
    record = desk.read(asked.record, asked.opening, held.handle, kinds, manifest.key)
    desk.check_names(record, manifest)
    change = Change(record, asked.opening, b"" if is_held else held.manifest)
    return await desk.logged(directory, change, now, replace)


async def close_account(
    accounts: AccountStore,
    directory: Directory | None,
    account: bytes,
    asked: CloseAccount,
    now: int,
) -> tuple[Sequence[Seat], bytes]:
    """Forget an account; the devices that it had, and the log's receipt, if there is one.

    Raises:
        MalformedError, ForgedError: no log record by which this account closes.
        StaleError, UnavailableError: as of `register`.
    """

    async def close() -> Sequence[Seat]:
        return await accounts.close_account(account, now // DAY)

    held = await accounts.account(account)
    if directory is None or held is None:
        return await close(), b""
    key = Manifest.decode(held.manifest).key
    record = desk.read(asked.record, asked.opening, held.handle, {RecordKind.CLOSE}, key)
    return await desk.logged(directory, Change(record, asked.opening, held.manifest), now, close)


async def dispute(accounts: AccountStore, directory: Directory, asked: Dispute, now: int) -> bytes:
    """Have the log say that a reset was not its account's; the receipt.

    Raises:
        MalformedError, ForgedError: no dispute, or not of an account that may.
        NotAllowedError: nobody has the handle, or another account than the record names.
        StaleError, UnavailableError: as of `register`.
    """
    held = await accounts.account_named(asked.handle)
    if held is None:
        raise NotAllowedError("no such account")
    key = Manifest.decode(held.manifest).key
    record = desk.read(asked.record, asked.opening, asked.handle, {RecordKind.DISPUTE}, key)

    async def nothing() -> None:
        """The account stays as it is."""

    return (await desk.logged(directory, Change(record, asked.opening), now, nothing))[1]


async def look_up(
    accounts: AccountStore, directory: Directory | None, asked: Lookup, now: int
) -> Found | None:
    """Whom a handle stands for; None: nobody, and there is no log that would prove it."""
    if directory is None:
        held = await accounts.account_named(asked.handle)
        if held is None:
            return None
        return await _found(accounts, asked, held, held.manifest, held.version, None)
    label = parse_label(asked.handle)
    for _ in range(2):  # between the two readings the account may have changed
        shown = await directory.look_up(label, asked.log_version, asked.log_size, now)
        if shown.named is None:
            break
        held = await accounts.account_named(asked.handle)
        if held is not None and held.manifest_hash == shown.named.hash:
            return await _found(
                accounts, asked, held, held.manifest, shown.named.version, shown.proof
            )
        if shown.superseded:
            return await _found(
                accounts, asked, held, shown.superseded, shown.named.version, shown.proof
            )
    return Found(b"", (), shown.proof)


async def _found(
    accounts: AccountStore,
    asked: Lookup,
    held: Account | None,
    manifest: bytes,
    version: int,
    proof: bytes | None,
) -> Found:
    fitting = (MAX_FRAME_BYTES - len(manifest) - len(proof or b"") - FRAME_ROOM) // HEAD_ROOM
    if held is None:  # it was just closed
        return Found(manifest, (), proof)
    heads = await accounts.heads(held.id, asked.known_version, version, fitting)
    return Found(manifest, tuple(heads), proof)


def require_proof_of_possession(peer: SignedIn, listing: Listing) -> None:
    """Raises NotAllowedError: the device that asks is not listed with the key it signed in with.

    So nobody registers a key of somebody else as his own.
    """
    if not any(
        (seat.account, seat.device, seat.key_hash) == (peer.account, peer.device, peer.key_hash)
        for seat in listing.seats
    ):
        raise NotAllowedError("the manifest does not list this device with this key")


def listed(manifest: Manifest) -> Listing:
    """What the store keeps of a manifest."""
    return Listing(
        version=manifest.version,
        hash=manifest.hash,
        previous=manifest.head.previous,
        head=manifest.head.encode(),
        manifest=manifest.encode(),
        seats=tuple(
            Seat(manifest.account, entry.device, entry.mailbox, sha256(entry.signing.encode()))
            for entry in manifest.entries
        ),
        bindings=bindings(manifest.key, manifest.entries),
    )


def bindings(key: VerifyingKey, entries: Iterable[DeviceEntry]) -> tuple[bytes, ...]:
    """Digests of all that must belong to one account alone: both halves of every key, each id.

    The two kinds of signing keys share a namespace: an account's key is nobody's device key.
    """
    held = list(_signing(key))
    for entry in entries:
        held += _signing(entry.signing)
        held += [(b"identity", entry.identity), (b"kem", entry.kem)]
        held += [(b"device", entry.device), (b"mailbox", entry.mailbox)]
    return tuple(transcript_hash(b"doorless/1 binding", [item]) for item in held)


def _signing(key: VerifyingKey) -> tuple[tuple[bytes, bytes], ...]:
    encoded = key.encode()
    return (
        (b"ed25519", encoded[:ED25519_PUBLIC_SIZE]),
        (b"mldsa65", encoded[ED25519_PUBLIC_SIZE:]),
    )


def _is_same(held: Account | None, asked: Register) -> bool:
    """Is it the same registration once more, whose answer was lost?"""
    return held is not None and (held.handle, held.manifest, held.token_hash) == (
        asked.handle,
        asked.manifest,
        asked.token_hash,
    )
