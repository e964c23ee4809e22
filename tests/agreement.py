"""What two implementations of doorless/1 have to agree on, each check in a function.

Each raises AssertionError where they differ: a refusal by either is one.
"""

from collections.abc import Callable
from functools import wraps
from random import Random
from typing import ParamSpec

from beside_ours import NOW, End, Refusal, ends, meet
from doorless_protocol import content as our_content
from doorless_protocol import frames, keys, manifest, prekey_secrets, prekeys, verification
from doorless_protocol.errors import DoorlessError
from doorless_protocol.invite import InviteLink, RelayAddress
from specpeer import addresses, identities, manifests
from specpeer import content as their_content
from specpeer import frames as their_frames
from specpeer import prekeys as their_prekeys
from specpeer.crypto import Fresh, Refused
from specpeer.identities import Device
from specpeer.manifests import Entry
from specpeer.packing import Value, pack
from specpeer.signing import verify

SEED, ID, HASH = bytes(range(32)), bytes(range(16)), bytes(range(32))
DAY = NOW - NOW % 86_400

P = ParamSpec("P")


def refusing_is_disagreeing(check: Callable[P, None]) -> Callable[P, None]:
    @wraps(check)
    def checked(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            check(*args, **kwargs)
        except (DoorlessError, Refused, Refusal) as refusal:
            raise AssertionError(f"one refuses what the other says: {refusal}") from refusal

    return checked


@refusing_is_disagreeing
def accounts() -> None:
    """Recovery seeds, ids, what two people compare, and links."""
    ours, theirs = keys.account_signing_key(SEED).verifying, identities.account_signer(SEED).key
    other = keys.account_signing_key(bytes(32)).verifying
    assert ours.encode() == theirs
    assert keys.account_id(ours) == identities.account_id(theirs)
    ids = keys.account_id(ours), keys.account_id(other)
    assert keys.conversation_id(*ids) == identities.conversation_id(*ids)
    number = verification.SafetyNumber.of(ours, other)
    assert number.digits == addresses.safety_number(other.encode(), theirs)
    assert number.code() == addresses.safety_code(other.encode(), theirs)
    link = InviteLink(RelayAddress("relay.test"), "alice", ids[0], HASH, HASH, ID).encode()
    assert addresses.InviteLink.parse(link).encode() == link


@refusing_is_disagreeing
def published_keys() -> None:
    """Devices, manifests, staples, bundles, pairs: the same draws are the same bytes."""
    ours, theirs = (
        keys.DeviceKeys.draw(Random(5).randbytes),
        Device.draw(Fresh(Random(5).randbytes)),
    )
    account, signer = keys.account_signing_key(SEED), identities.account_signer(SEED)
    entry, their_entry = manifest.DeviceEntry.of(ours, DAY), Entry.of(theirs, DAY)
    assert entry.encode() == their_entry.encode()
    draws = Fresh(Random(6).randbytes)
    first = manifest.Manifest.sign(account, [entry], DAY)
    second = manifests.Manifest.sign(
        signer, [their_entry], NOW, manifests.Head.decode(first.head.encode()), draws
    )
    again = manifest.Manifest.decode(second.encode())
    manifest.check_follows(first.head, [], again.head)
    assert manifests.Manifest.decode(first.encode()).head.hash == first.hash
    staple = again.staple(ours.device)
    assert manifests.Staple.decode(staple.encode()).head.hash == second.head.hash
    assert second.staple(theirs.id).encode() == staple.encode()

    random = Random(7).randbytes
    bundle, pairs, _ = prekey_secrets.draw_bundle(ours, first.account, NOW, random, 3)
    secrets = their_prekeys.draw(theirs, first.account, NOW, Fresh(Random(7).randbytes), 3)
    assert bundle.signed_bytes() == secrets.bundle.signed()
    served = their_prekeys.serve(secrets, 2)
    mixed = served.bundle.encode(), pairs[2].encode(), served.index, served.path
    prekeys.ServedBundle.decode(*mixed).check(entry, first.account, NOW)
    their_prekeys.Served.decode(*mixed).check(their_entry, first.account, NOW)
    assert their_prekeys.Bundle.decode(bundle.encode()).hash == bundle.hash


@refusing_is_disagreeing
def content() -> None:
    """What is said, and how it is chained."""
    quote = our_content.Quote(HASH, ID, "ho")
    file = our_content.File("a.png", 7, HASH, HASH[::-1], HASH)
    said: list[tuple[our_content.Body, int, Value]] = [
        (our_content.Control(), their_content.CONTROL, []),
        (our_content.Text("hi"), their_content.TEXT, ["hi", None, None, 0, False]),
        (
            our_content.Text("hi", quote, file, 60, forwarded=True),
            their_content.TEXT,
            ["hi", [HASH, ID, "ho"], ["a.png", 7, HASH, HASH[::-1], HASH], 60, True],
        ),
        (our_content.React(HASH, ID, "\U0001f44d"), their_content.REACT, [HASH, ID, "\U0001f44d"]),
        (our_content.Edit(ID, "ha"), their_content.EDIT, [ID, "ha"]),
        (our_content.Delete(ID), their_content.DELETE, [ID]),
        (our_content.Timer(3600, 2), their_content.TIMER, [3600, 2]),
        (our_content.Receipt((ID,), read=True), their_content.RECEIPT, [[ID], True]),
        (our_content.Typing(active=True), their_content.TYPING, [True]),
        (our_content.Profile("A", ID, HASH), their_content.PROFILE, ["A", ID, HASH]),
    ]
    for body, kind, value in said:
        ours = our_content.Content.saying(
            body, id=ID, counter=7, previous=HASH, conversation=HASH, time=NOW
        )
        theirs = their_content.Content(kind, ID, 7, HASH, HASH, NOW, b"", pack(value))
        assert ours.encode() == theirs.encode()
        assert ours.digest() == theirs.digest
        assert their_content.Content.decode(ours.encode()).said() == value


@refusing_is_disagreeing
def relay_forms() -> None:
    """What is signed to sign in, what a relay keeps of a token, and two frames."""
    login = "relay.test", HASH, bytes(32), HASH[::-1], ID
    assert frames.login_object(*login) == their_frames.login_object(*login)
    assert frames.delivery_token_hash(ID) == their_frames.token_hash(ID)
    asked = frames.encode(frames.Call(7, frames.Submit(ID, ID[::-1], bytes(16), bytes(2048))))
    frame: list[Value] = ["call", 7, ["submit", ID, ID[::-1], bytes(16), bytes(2048)]]
    assert their_frames.encode(frame) == asked
    answered = frames.encode(frames.Answer(7, frames.PrekeysHeld(HASH, 9)))
    assert their_frames.decode(answered) == ["answer", 7, ["prekeys_held", HASH, 9]]
    signer = keys.SigningKey.from_seed(bytes(64))
    frames_login = frames.login_object(*login)
    signature = signer.sign(keys.Purpose.RELAY_LOGIN, frames_login)
    verify(signer.verifying.encode(), "doorless/1 relay login", frames_login, signature)


@refusing_is_disagreeing
def conversation(initiator: str, pair: int | None = 0) -> None:
    """First contact, then messages with a late one in each turn, until epoch 6."""
    alice, bob = ends(initiator)
    meet(alice, bob, pair)
    assert alice.confirmed
    assert bob.confirmed
    late: list[tuple[End, bytes]] = []
    while min(alice.label, bob.label) < 6:
        for speaker, listener in ((bob, alice), (alice, bob)):
            late.append((listener, speaker.says(b"late")))
            assert listener.hears(speaker.says(b"in time")) == b"in time"
    for listener, envelope in late:
        assert listener.hears(envelope) == b"late"
