"""Keys, manifests, staples and bundles: each implementation takes what the other made."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import pytest
from mnemonic import Mnemonic

from beside_ours import ours_says, theirs_says
from doorless_protocol import errors, manifest, merkle, prekey_secrets, prekeys
from doorless_protocol import keys as ours
from specpeer import identities, manifests
from specpeer import merkle as their_merkle
from specpeer import prekeys as their_prekeys
from specpeer.crypto import Fresh, Refused
from specpeer.identities import Device
from specpeer.manifests import Entry, Head, Manifest, Staple
from specpeer.people import NOW, Person, person

DAY = 86_400


@dataclass
class Form:
    """One structure: bytes of it, and how each implementation reads and writes them."""

    data: bytes
    ours: Callable[[bytes], bytes]
    theirs: Callable[[bytes], bytes]


def household(draws: Fresh) -> tuple[Person, Manifest]:
    """Alice, and a manifest of hers with three devices."""
    alice = person(b"alice", draws)
    devices = [alice.device, Device.draw(draws), Device.draw(draws)]
    entries = [Entry.of(device, NOW) for device in devices]
    return alice, Manifest.sign(alice.signer, entries, NOW, alice.manifest.head, draws)


@pytest.fixture(scope="module")
def forms() -> dict[str, Form]:
    alice, listed = household(Fresh(Random(7).randbytes))
    secrets = alice.prekeys[0]
    staple = listed.staple(alice.device.id).encode()
    return {
        "entry": Form(
            listed.entries[0].encode(),
            lambda data: manifest.DeviceEntry.decode(data).encode(),
            lambda data: Entry.decode(data).encode(),
        ),
        "head": Form(
            listed.head.encode(),
            lambda data: manifest.SignedHead.decode(data).encode(),
            lambda data: Head.decode(data).encode(),
        ),
        "manifest": Form(
            listed.encode(),
            lambda data: manifest.Manifest.decode(data).encode(),
            lambda data: Manifest.decode(data).encode(),
        ),
        "staple": Form(
            staple,
            lambda data: manifest.Staple.decode(data).encode(),
            lambda data: Staple.decode(data).encode(),
        ),
        "bundle": Form(
            secrets.bundle.encode(),
            lambda data: prekeys.SignedBundle.decode(data).encode(),
            lambda data: their_prekeys.Bundle.decode(data).encode(),
        ),
        "pair": Form(
            secrets.pairs[0].public().encode(),
            lambda data: prekeys.OneTimePair.decode(data).encode(),
            lambda data: their_prekeys.Pair.decode(data).encode(),
        ),
    }


KINDS = ["entry", "head", "manifest", "staple", "bundle", "pair"]


def test_words_lead_both_to_the_same_account() -> None:
    library = Mnemonic("english")
    words = library.to_mnemonic(bytes(range(32))).split()
    seed = identities.seed_of(words, library.wordlist)
    assert seed == bytes(range(32))
    key = ours.account_signing_key(seed).verifying
    assert key.encode() == identities.account_signer(seed).key
    assert ours.account_id(key) == identities.account_id(key.encode())
    with pytest.raises(Refused):
        identities.seed_of([words[1], words[0], *words[2:]], library.wordlist)


def test_the_same_draws_make_the_same_device_and_bundle() -> None:
    device = ours.DeviceKeys.draw(Random(5).randbytes)
    draws = Fresh(Random(5).randbytes)
    their_device = Device.draw(draws)
    day = NOW - NOW % DAY
    entry = manifest.DeviceEntry.of(device, day).encode()
    assert entry == Entry.of(their_device, day).encode()

    account = ours.AccountId(bytes(32))
    bundle, pairs, _ = prekey_secrets.draw_bundle(device, account, NOW, Random(6).randbytes, 3)
    theirs = their_prekeys.draw(their_device, account, NOW, Fresh(Random(6).randbytes), 3)
    assert bundle.signed_bytes() == theirs.bundle.signed()
    assert [pair.encode() for pair in pairs] == [pair.public().encode() for pair in theirs.pairs]


def test_the_same_draws_refill_the_same_bundle() -> None:
    device, their_device = ours.DeviceKeys.draw(Random(5).randbytes), Device.draw(_draws(5))
    account = ours.AccountId(bytes(32))
    _, _, secrets = prekey_secrets.draw_bundle(device, account, NOW, Random(6).randbytes, 2)
    held = their_prekeys.draw(their_device, account, NOW, _draws(6), 2)
    random = Random(7).randbytes
    bundle, pairs, _ = prekey_secrets.refill_bundle(secrets, device, account, random, 3)
    theirs = their_prekeys.refill(held, their_device, _draws(7), 3)
    assert bundle.signed_bytes() == theirs.bundle.signed()
    assert [pair.encode() for pair in pairs] == [pair.public().encode() for pair in theirs.pairs]


def _draws(seed: int) -> Fresh:
    return Fresh(Random(seed).randbytes)


@pytest.mark.parametrize("kind", KINDS)
def test_each_form_is_read_and_written_alike(forms: dict[str, Form], kind: str) -> None:
    form = forms[kind]
    assert form.ours(form.data) == form.theirs(form.data) == form.data


@pytest.mark.parametrize("kind", KINDS)
def test_each_form_is_refused_alike(forms: dict[str, Form], kind: str) -> None:
    """An altered byte, one byte less or more, and whatever was there twice."""
    form, random = forms[kind], Random(kind)
    altered = [form.data[:-1], form.data + b"\0", b""]
    for at in [*range(12), *random.sample(range(len(form.data)), 60), len(form.data) - 1]:
        flipped = form.data[at] ^ random.randrange(1, 256)
        altered.append(form.data[:at] + bytes([flipped]) + form.data[at + 1 :])
    for data in altered:
        said = theirs_says(lambda data=data: form.theirs(data))
        assert ours_says(lambda data=data: form.ours(data)) == said


def test_a_staple_has_one_form_for_every_number_of_devices(draws: Fresh) -> None:
    alice = person(b"alice", draws)
    devices = [alice.device, *(Device.draw(draws) for _ in range(5))]
    for count in range(1, 7):
        entries = [Entry.of(device, NOW) for device in devices[:count]]
        listed = Manifest.sign(alice.signer, entries, NOW, None, draws)
        again = manifest.Manifest.decode(listed.encode())
        for entry in listed.entries:
            staple = listed.staple(entry.device).encode()
            assert again.staple(ours.DeviceId(entry.device)).encode() == staple
            assert manifest.Staple.decode(staple).hash == Staple.decode(staple).head.hash


def test_they_agree_on_which_head_follows_which(draws: Fresh) -> None:
    alice = person(b"alice", draws)
    eve = person(b"eve", draws)
    heads = [alice.manifest.head, eve.manifest.head]
    heads += [alice.renewed(draws).head for _ in range(3)]
    entries = [Entry.of(Device.draw(draws), NOW)]
    heads.append(Manifest.sign(alice.signer, entries, NOW, None, draws).head)
    heads.append(Manifest.sign(alice.signer, entries, NOW, heads[0], draws).head)
    said = set()
    for older in heads:
        for newer in heads:
            first, second = (manifest.SignedHead.decode(each.encode()) for each in (older, newer))
            verdict = ours_says(lambda: manifest.check_follows(first, [], second) or b"")  # noqa: B023
            assert verdict == theirs_says(lambda: manifests.check_follows(older, newer) or b"")  # noqa: B023
            said.add(verdict)
    assert said == {b"", "ForkedError", "ExpiredError"}


@pytest.mark.parametrize("count", [1, 2, 3, 7, 100])
def test_they_climb_the_same_trees(count: int) -> None:
    leaves = [bytes([number]) * 3 for number in range(count)]
    root = merkle.root(leaves)
    assert root == their_merkle.root(leaves)
    for index, path in enumerate(merkle.inclusion_paths(leaves)):
        assert list(path) == their_merkle.path(leaves, index)
        their_merkle.verify(leaves[index], index, count, list(path), root)


def test_they_take_and_refuse_the_same_served_bundles(draws: Fresh) -> None:
    alice, eve = person(b"alice", draws), person(b"eve", draws)
    entry, secrets = alice.manifest.entries[0], alice.prekeys[0]
    eves = eve.manifest.entries[0]
    said = []
    for served in (their_prekeys.serve(secrets, 1), their_prekeys.serve(secrets, None)):
        for who in (entry, eves):
            for account in (alice.account, eve.account):
                for now in (NOW, NOW - 2 * DAY, NOW + 31 * DAY):
                    for path in (served.path, [bytes(32)] * len(served.path), [bytes(32)] * 9):
                        said.append(_both(served, who, account, now, path))
    assert set(said) == {b"", "ForgedError", "ExpiredError", "ProofError", "MalformedError"}


def _both(
    served: their_prekeys.Served, who: Entry, account: bytes, now: int, path: list[bytes]
) -> bytes | str:
    bundle = served.bundle.encode()
    pair = served.pair.encode() if served.pair else b""
    entry = manifest.DeviceEntry.decode(who.encode())

    def ours_checks() -> bytes:
        read = prekeys.ServedBundle.decode(bundle, pair, served.index, path)
        read.check(entry, ours.AccountId(account), now)
        return b""

    def theirs_checks() -> bytes:
        their_prekeys.Served.decode(bundle, pair, served.index, path).check(who, account, now)
        return b""

    verdict = ours_says(ours_checks)
    assert verdict == theirs_says(theirs_checks)
    return verdict


def test_a_bundle_of_ours_is_served_by_theirs(draws: Fresh) -> None:
    device = ours.DeviceKeys.draw(draws.random)
    account = ours.AccountId(draws.random(32))
    bundle, pairs, _ = prekey_secrets.draw_bundle(device, account, NOW, draws.random, 3)
    path = merkle.inclusion_path([pair.encode() for pair in pairs], 2)
    entry = Entry.decode(manifest.DeviceEntry.of(device, NOW).encode())
    served = their_prekeys.Served.decode(bundle.encode(), pairs[2].encode(), 2, list(path))
    served.check(entry, account, NOW)
    assert served.bundle.hash == bundle.hash
    with pytest.raises(errors.ProofError):
        bundle.check_batch(pairs[:2])
