"""PQXDH: both ends agree on the secret if, and only if, they agree on everything else."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from random import Random as Seeded
from typing import Any

import pytest

from doorless_lab.pair import Device
from doorless_protocol.encoding import transcript_hash
from doorless_protocol.errors import MalformedError
from doorless_protocol.handshake import (
    SECRET_SIZE,
    Agreed,
    Kind,
    Opening,
    Party,
    PrekeyKind,
    PrekeyPrivates,
    Prekeys,
    Terms,
    _transcript,
    initiate,
    respond,
)
from doorless_protocol.primitives import (
    X25519Private,
    hkdf,
    kem768_decapsulate,
    kem1024_decapsulate,
    x25519,
)

NOW = 1_800_000_000
Random = Callable[[int], bytes]


@cache
def device(handle: str) -> Device:
    return Device.draw(handle, NOW, Seeded(handle).randbytes)


def party(device: Device) -> Party:
    return device.us.party


def terms(last_resort: bool = False) -> Terms:
    alice, bob = device("alice"), device("bob")
    bundle, pair = bob.bundle, bob.pairs[0]
    prekeys = Prekeys(
        bundle.id,
        bundle.hash,
        bundle.signed_prekey_id,
        bundle.signed_prekey,
        PrekeyKind.LAST_RESORT if last_resort else PrekeyKind.ONE_TIME,
        bundle.last_resort_id if last_resort else pair.id,
        None if last_resort else pair.curve,
        bundle.last_resort if last_resort else pair.kem,
    )
    return Terms(Kind.START, 10, 5, 0, "alice@relay.example", party(alice), party(bob), prekeys)


def privates(last_resort: bool = False) -> PrekeyPrivates:
    secrets = device("bob").secrets
    if last_resort:
        return PrekeyPrivates(secrets.signed_prekey, None, secrets.last_resort)
    return PrekeyPrivates(secrets.signed_prekey, secrets.pairs[0].curve, secrets.pairs[0].kem)


def both(random: Random, last_resort: bool = False) -> tuple[Opening, Agreed, Agreed]:
    said = terms(last_resort)
    opening, ours = initiate(device("alice").us.device, said, random)
    theirs = respond(device("bob").us.device, privates(last_resort), said, opening)
    return opening, ours, theirs


@pytest.mark.parametrize("last_resort", [False, True])
def test_both_ends_agree(last_resort: bool, random: Random) -> None:
    _, ours, theirs = both(random, last_resort)
    assert ours == theirs
    assert len(ours.secret) == SECRET_SIZE
    assert len(ours.session_id) == 32


def test_the_secret_is_derived_as_the_specification_says(random: Random) -> None:
    drawn: list[bytes] = []

    def recorded(size: int) -> bytes:
        drawn.append(random(size))
        return drawn[-1]

    said, alice, bob = terms(), device("alice"), device("bob")
    opening, agreed = initiate(alice.us.device, said, recorded)
    (ephemeral,) = drawn
    secrets = bob.secrets
    material = (
        b"\xff" * 32
        + x25519(alice.us.device.identity, said.prekeys.signed)
        + x25519(X25519Private(ephemeral), said.responder.entry.identity)
        + x25519(X25519Private(ephemeral), said.prekeys.signed)
        + x25519(X25519Private(ephemeral), bob.pairs[0].curve)
        + kem1024_decapsulate(secrets.pairs[0].kem, opening.prekey_ciphertext)
        + kem768_decapsulate(bob.us.device.kem, opening.identity_ciphertext)
    )
    info = b"doorless/1 pqxdh" + agreed.session_id
    assert agreed.secret == hkdf(bytes(32), material, info, 160)


def test_no_two_handshakes_agree_on_the_same(random: Random) -> None:
    assert both(random)[1].secret != both(random)[1].secret


def _other_party(which: str, **changes: Any) -> Callable[[Terms], Terms]:
    def change(said: Terms) -> Terms:
        return replace(said, **{which: replace(getattr(said, which), **changes)})

    return change


def _other_entry(which: str, **changes: Any) -> Callable[[Terms], Terms]:
    def change(said: Terms) -> Terms:
        entry = replace(getattr(said, which).entry, **changes)
        return _other_party(which, entry=entry)(said)

    return change


def _other_prekeys(**changes: Any) -> Callable[[Terms], Terms]:
    return lambda said: replace(said, prekeys=replace(said.prekeys, **changes))


EVE = device("eve")
BELIEFS: dict[str, Callable[[Terms], Terms]] = {
    "kind": lambda said: replace(said, kind=Kind.RESYNC),
    "number": lambda said: replace(said, number=11),
    "known": lambda said: replace(said, known=6),
    "received": lambda said: replace(said, received=1),
    "address": lambda said: replace(said, address="eve@relay.example"),
    "bundle id": _other_prekeys(bundle_id=b"8 bytes!"),
    "bundle hash": _other_prekeys(bundle_hash=bytes(32)),
    "signed prekey id": _other_prekeys(signed_id=b"8 bytes!"),
    "signed prekey": _other_prekeys(signed=EVE.bundle.signed_prekey),
    "prekey kind": _other_prekeys(kind=PrekeyKind.LAST_RESORT),
    "prekey id": _other_prekeys(id=b"8 bytes!"),
    "prekey curve": _other_prekeys(curve=EVE.pairs[0].curve),
    "no prekey curve": _other_prekeys(curve=None),
    "prekey kem": _other_prekeys(kem=EVE.pairs[0].kem),
}
for _role in ("initiator", "responder"):
    BELIEFS |= {
        f"{_role} account": _other_party(_role, account=EVE.us.manifest.account),
        f"{_role} manifest version": _other_party(_role, manifest_version=2),
        f"{_role} manifest hash": _other_party(_role, manifest_hash=bytes(32)),
        f"{_role} device": _other_entry(_role, device=EVE.us.device.device),
        f"{_role} identity": _other_entry(_role, identity=EVE.us.party.entry.identity),
        f"{_role} identity kem": _other_entry(_role, kem=EVE.us.party.entry.kem),
    }


@pytest.mark.parametrize("belief", BELIEFS)
def test_whatever_they_believe_differently_they_agree_on_nothing(
    belief: str, random: Random
) -> None:
    said = terms()
    opening, ours = initiate(device("alice").us.device, said, random)
    theirs = respond(device("bob").us.device, privates(), BELIEFS[belief](said), opening)
    assert theirs.session_id != ours.session_id
    assert theirs.secret != ours.secret


@pytest.mark.parametrize("field", ["ephemeral", "prekey_ciphertext", "identity_ciphertext"])
def test_an_altered_opening_agrees_on_nothing(field: str, random: Random) -> None:
    opening, ours, _ = both(random)
    value = bytearray(getattr(opening, field))
    value[0] ^= 1
    altered = replace(opening, **{field: bytes(value)})
    theirs = respond(device("bob").us.device, privates(), terms(), altered)
    assert theirs.secret != ours.secret


def test_every_private_key_counts(random: Random) -> None:
    opening, ours, _ = both(random)
    bob, eve = device("bob").us.device, device("eve")
    wrong = [
        (replace(bob, identity=eve.us.device.identity), privates()),
        (replace(bob, kem=eve.us.device.kem), privates()),
        (bob, replace(privates(), signed=eve.secrets.signed_prekey)),
        (bob, replace(privates(), curve=eve.secrets.pairs[0].curve)),
        (bob, replace(privates(), kem=eve.secrets.pairs[0].kem)),
        (bob, replace(privates(), curve=None)),
    ]
    for keys, prekeys in wrong:
        assert respond(keys, prekeys, terms(), opening).secret != ours.secret


def test_a_device_cannot_talk_to_itself(random: Random) -> None:
    said = terms()
    opening, _ = initiate(device("alice").us.device, said, random)
    mirror = replace(said, initiator=said.responder)
    with pytest.raises(ValueError, match="itself"):
        initiate(device("bob").us.device, mirror, random)
    with pytest.raises(MalformedError):
        respond(device("bob").us.device, privates(), mirror, opening)


@pytest.mark.parametrize("field", ["prekey_ciphertext", "identity_ciphertext"])
def test_a_ciphertext_has_one_size(field: str, random: Random) -> None:
    opening, _, _ = both(random)
    short = replace(opening, **{field: getattr(opening, field)[:-1]})
    with pytest.raises(MalformedError):
        respond(device("bob").us.device, privates(), terms(), short)


def test_nothing_private_is_shown(random: Random) -> None:
    _, ours, _ = both(random)
    shown = repr(ours) + repr(privates())
    assert repr(ours.secret) not in shown
    assert repr(privates().signed) not in shown


def test_the_transcript_names_its_fields_as_specified(random: Random) -> None:
    """docs/spec/03-handshake.md §3.2: the left column whole, then the right one."""
    opening, ours, _ = both(random)
    agreed = terms()
    party = ("account", "manifest version", "manifest hash", "device", "identity", "identity kem")
    fields = list(_transcript(agreed, opening))
    assert [name.decode() for name, _ in fields] == [
        *("protocol", "kind", "number", "known", "received", "address"),
        *(f"initiator {name}" for name in party),
        *(f"responder {name}" for name in party),
        *("bundle id", "bundle hash", "signed prekey id", "signed prekey", "prekey kind"),
        *("prekey id", "prekey curve", "prekey kem", "ephemeral", "prekey ciphertext"),
        "identity ciphertext",
    ]
    each = [32, 8, 32, 16, 32, 1184]
    assert [len(value) for _, value in fields] == [
        *(2, 1, 8, 8, 8, len(agreed.address)),
        *(*each, *each),
        *(8, 32, 8, 32, 1, 8, 32, 1568, 32, 1568, 1088),
    ]
    assert ours.session_id == transcript_hash(b"doorless/1 handshake", fields)
    assert dict(_transcript(terms(last_resort=True), opening))[b"prekey curve"] == b""
