"""Targets: keys, manifests, staples, prekeys. Signed again by their owner after each edit."""

from collections.abc import Callable
from random import Random as Seeded

from doorless_protocol import merkle
from doorless_protocol.keys import (
    DeviceKeys,
    Purpose,
    SigningKey,
    VerifyingKey,
    account_signing_key,
)
from doorless_protocol.manifest import (
    ENTRY_SIZE,
    HEAD_SIZE,
    MAX_DEVICES,
    SIGNED_HEAD_SIZE,
    DeviceEntry,
    Manifest,
    Staple,
)
from doorless_protocol.prekey_secrets import PrekeySecrets, draw_bundle
from doorless_protocol.prekeys import OneTimePair, ServedBundle, SignedBundle
from doorless_protocol.primitives import (
    KEM768_PUBLIC_SIZE,
    KEM1024_PUBLIC_SIZE,
    X25519Private,
    XWingPublic,
    hpke_seal,
    kem768_encapsulate,
    kem1024_encapsulate,
    parse_kem768,
    parse_kem1024,
    parse_x25519,
    parse_xwing,
    x25519,
)
from fuzz.harness import Target, attempt, check_one_form, edit, promise

NOW = 1_800_000_000
PAIRS = 5

_random = Seeded(1).randbytes
ACCOUNT = account_signing_key(_random(32))
DEVICES = tuple(DeviceKeys.draw(_random) for _ in range(3))
MANIFEST = Manifest.sign(ACCOUNT, [DeviceEntry.of(keys, NOW) for keys in DEVICES], NOW)
BUNDLE, ONE_TIME, SECRETS = draw_bundle(DEVICES[0], MANIFEST.account, NOW, _random, PAIRS)
ENTRY = MANIFEST.entry(DEVICES[0].device)
STAPLES = tuple(MANIFEST.staple(keys.device) for keys in DEVICES)

_ROOT = slice(HEAD_SIZE - merkle.HASH_SIZE, HEAD_SIZE)


def _signed(key: SigningKey, purpose: Purpose, data: bytes, size: int) -> bytes:
    """The first `size` bytes as they are, their signature, and what followed the old one."""
    signature = key.sign(purpose, data[:size])
    return data[:size] + signature + data[size + len(signature) :]


def _script(data: bytes) -> tuple[int, bytes]:
    """The first byte chooses, the rest edits."""
    return (data[0], data[1:]) if data else (0, b"")


def manifest(data: bytes) -> None:
    choice, script = _script(data)
    encoded = edit(MANIFEST.encode(), script)
    if choice & 1:  # the account vouches for the entries, too
        rest = encoded[SIGNED_HEAD_SIZE:]
        entries = [rest[at : at + ENTRY_SIZE] for at in range(0, len(rest), ENTRY_SIZE)]
        encoded = encoded[: _ROOT.start] + merkle.root(entries) + encoded[_ROOT.stop :]
    if choice & 2:
        encoded = _signed(ACCOUNT, Purpose.MANIFEST, encoded, HEAD_SIZE)
    taken = check_one_form(Manifest.decode, Manifest.encode, encoded)
    if taken is None:
        return
    promise(bool(choice & 2) or taken == MANIFEST, "a manifest that nobody signed")
    devices = [entry.device for entry in taken.entries]
    promise(1 <= len(devices) == taken.head.devices <= MAX_DEVICES, "number of devices")
    promise(devices == sorted(set(devices)), "devices twice, or out of order")
    for kind in ("mailbox", "signing", "identity", "kem"):
        values = {getattr(entry, kind) for entry in taken.entries}
        promise(len(values) == len(devices), f"two devices share their {kind}")
    for device in devices:
        promise(Staple.decode(taken.staple(device).encode()).entry.device == device, "staple")


def staple(data: bytes) -> None:
    choice, script = _script(data)
    encoded = edit(STAPLES[choice % 3].encode(), script)
    if choice & 0x80:
        encoded = _signed(ACCOUNT, Purpose.MANIFEST, encoded, HEAD_SIZE)
    taken = check_one_form(Staple.decode, Staple.encode, encoded)
    if taken is not None:
        promise(bool(choice & 0x80) or taken.head == MANIFEST.head, "a head that nobody signed")
        promise(taken.entry in MANIFEST.entries, "an entry that nobody signed")
        promise(taken.index < taken.head.devices, "an entry behind the last")


def bundle(data: bytes) -> None:
    choice, script = _script(data)
    signed = BUNDLE.signed_bytes()
    encoded = edit(BUNDLE.encode(), script)
    if choice & 1:
        encoded = _signed(DEVICES[0].signing, Purpose.PREKEY_BUNDLE, encoded, len(signed))
    taken = check_one_form(SignedBundle.decode, SignedBundle.encode, encoded)
    if taken is None:
        return
    if attempt(lambda: (taken.verify(ENTRY, MANIFEST.account, NOW),)) is not None:
        promise(bool(choice & 1) or taken == BUNDLE, "a bundle that nobody signed")
        owner = taken.device, taken.account
        promise(owner == (BUNDLE.device, BUNDLE.account), "a bundle of somebody else")
    attempt(lambda: hpke_seal(taken.envelope, b"", b""))
    promise(taken.hash != BUNDLE.hash or taken == BUNDLE, "two bundles of one hash")


def pair(data: bytes) -> None:
    """A pair, its place and its path, as a relay may serve them."""
    choice, script = _script(data)
    index = choice % PAIRS
    path = merkle.inclusion_path([each.encode() for each in ONE_TIME], index)
    served = edit(b"".join((bytes((index,)), *path, ONE_TIME[index].encode())), script)
    size = len(path) * merkle.HASH_SIZE
    place, hashes, encoded = served[:1], served[1 : 1 + size], served[1 + size :]
    check_one_form(OneTimePair.decode, OneTimePair.encode, encoded)
    claimed = int.from_bytes(place, "big") << (choice >> 4)  # up to a place beyond any tree
    steps = [hashes[at : at + merkle.HASH_SIZE] for at in range(0, size, merkle.HASH_SIZE)]
    taken = attempt(lambda: ServedBundle.decode(BUNDLE.encode(), encoded, claimed, steps))
    if taken is None or attempt(lambda: taken.check(ENTRY, MANIFEST.account, NOW) or True) is None:
        return
    promise(taken.pair is None or taken.pair == ONE_TIME[claimed], "a pair that nobody signed")


def secrets(data: bytes) -> None:
    """The private halves as a store gives them back."""
    choice, script = _script(data)
    if choice & 1:
        check_one_form(PrekeySecrets.decode, PrekeySecrets.encode, edit(SECRETS.encode(), script))
    else:
        check_one_form(DeviceKeys.decode, DeviceKeys.encode, edit(DEVICES[0].encode(), script))


_PRIVATE = X25519Private(bytes(range(32)))


def _use_xwing(data: bytes) -> None:
    taken: XWingPublic = parse_xwing(data)
    hpke_seal(taken, b"", b"")


_KEYS: tuple[tuple[bytes, Callable[[bytes], object]], ...] = (
    (ENTRY.identity, lambda data: x25519(_PRIVATE, parse_x25519(data))),
    (ENTRY.kem, lambda data: kem768_encapsulate(parse_kem768(data))),
    (BUNDLE.last_resort, lambda data: kem1024_encapsulate(parse_kem1024(data))),
    (BUNDLE.envelope, _use_xwing),
    (ENTRY.signing.encode(), VerifyingKey.decode),
)
_SIZES = (32, KEM768_PUBLIC_SIZE, KEM1024_PUBLIC_SIZE, KEM768_PUBLIC_SIZE + 32, 32 + 1952)


def public_key(data: bytes) -> None:
    """Parsed, then used: what a parser lets through must work, or be refused as malformed."""
    choice, script = _script(data)
    honest, use = _KEYS[choice % len(_KEYS)]
    edited = edit(honest, script)
    taken = attempt(lambda: (use(edited),))
    promise(taken is None or len(edited) == _SIZES[choice % len(_KEYS)], "a key of another size")
    if choice % len(_KEYS) == 0 and taken is not None:
        promise(int.from_bytes(edited, "little") < 2**255 - 19, "a second encoding of a key")
        promise(taken != (bytes(32),), "an agreement on zero")


def proof(data: bytes) -> None:
    """An inclusion proof: sizes and places of any length, hashes of any bytes."""
    bits, script = _script(data)
    leaves = [bytes((number,)) for number in range(bits % 33)]
    root = merkle.root(leaves)
    index = int.from_bytes(script[:2], "big") % 40
    size = len(leaves) if bits & 0x40 else int.from_bytes(script[2:6], "big") ** 3
    honest = merkle.inclusion_path(leaves, index) if index < len(leaves) else ()
    flat = edit(b"".join(honest), script[6:])
    path = [flat[at : at + merkle.HASH_SIZE] for at in range(0, len(flat), merkle.HASH_SIZE)]
    leaf = leaves[index] if index < len(leaves) else b"\xff"

    def verify() -> bool:
        merkle.verify_inclusion(leaf, index, size, path, root)
        return True

    if attempt(verify):
        promise(index < len(leaves) and leaves[index] == leaf, "a leaf that is not in the tree")
        promise(path == list(honest), "two paths to one leaf")


TARGETS = (
    Target("manifest", "one form; devices distinct, in order, as signed", manifest,
           (b"\0", b"\1", b"\2", b"\3", b"\3\0\x07\xf2\1", b"\3\2\x07\xba\3")),
    Target("staple", "one form; proves only entries that were signed", staple,
           (b"\0", b"\1", b"\2", b"\x80", b"\x80\0\x21\xe8\1")),
    Target("bundle", "one form; every key in its own; one hash, one bundle", bundle,
           (b"\0", b"\1", b"\1\2\0\x3a\3", b"\1\0\0\x4a\2")),
    Target("pair", "one form; only pairs of the signed batch pass", pair,
           (b"\0", b"\1", b"\4", b"\xf1", b"\0\0\0\0\1")),
    Target("secrets", "one stored form of private prekeys and device keys", secrets,
           (b"\0", b"\1", b"\1\2\1\x11\0", b"\0\0\0\0\2")),
    Target("public_key", "what a parser takes works, in one encoding", public_key,
           (b"\0", b"\1", b"\2", b"\3", b"\4", b"\0\2\0\0\1")),
    Target("proof", "proves only what is in the tree, by one path", proof,
           (b"\x45\0\3\0\0\0\0", b"\x48\0\0\0\0\0\0", b"\5\0\1\xff\xff\xff\xff", b"\0")),
)  # fmt: skip
