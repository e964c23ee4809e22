"""S24: every command, asked from every side about what is Alice's. The table says what comes of it.

A request that is added to the protocol has no row here, and fails until it has one.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, get_args

import pytest

from doorless_protocol.blob_frames import (
    MAX_PIECE_BYTES,
    BlobDrop,
    BlobGet,
    BlobPut,
    BlobStatus,
    read_capability,
)
from doorless_protocol.frames import (
    Acknowledge,
    AddPrekeys,
    Answered,
    BeginPrekeys,
    CloseAccount,
    Collect,
    CommitPrekeys,
    FetchBundle,
    Hello,
    Incarnation,
    Leave,
    Lookup,
    PrekeyStatus,
    PublishManifest,
    Refusal,
    Refused,
    Register,
    Request,
    SetDeliveryToken,
    SignedInRequest,
    SignIn,
    Submit,
    Subscribe,
    login_object,
)
from doorless_protocol.keys import DeviceKeys, Purpose
from doorless_protocol.log.chain import NO_HEAD
from doorless_protocol.log.config import LogKeys
from doorless_protocol.log.label import Label
from doorless_protocol.log.proofs import LookupProof
from doorless_protocol.log.record import Record, RecordKind
from doorless_protocol.log_frames import (
    AuditDeltas,
    Dispute,
    LogAnchors,
    LogAtAnchor,
    Logged,
    LogHead,
    LogRecords,
)
from doorless_protocol.manifest import Manifest
from doorless_protocol.notice_frames import FetchNotices
from doorless_protocol.primitives import sha256
from doorless_server import inspection
from doorless_server import relay as core
from doorless_server.directory.auditors import Auditors, token_hash
from doorless_server.directory.inline import InlineDirectory
from doorless_server.peers import Anonymous, Greeted, Peer, SignedIn, Spent, after_asking
from doorless_server.relay import Identity, Relay
from doorless_server.store.schema import open_reader
from doorless_server.store.sqlite import SqliteStore
from relay_person import NOW, Person

AUDITOR, WRITE, PLACE = b"\1" * 16, b"\2" * 32, b"\3" * 32
FIRST = 2 * MAX_PIECE_BYTES, 0, bytes(MAX_PIECE_BYTES)
SECOND = 2 * MAX_PIECE_BYTES, MAX_PIECE_BYTES, bytes(MAX_PIECE_BYTES)
WAITING = (900).to_bytes(16)
"""The id of an envelope that waits for Alice."""

SIDES = ("none", "spent", "anonymous", "sealed", "stranger", "other", "revoked", "own")
"""Who asks.

none: nobody, on a fresh connection. spent: somebody who failed to sign in. anonymous: anybody.
sealed: as anonymous, with the capability that it takes (her token, the key of a file, the place, an
auditor's token). stranger: signed in, without an account. other: a device of Bob's. revoked: a
device that was taken off Alice's list. own: hers.
"""

NO = "no"
FOR_HER_DEVICE = (NO,) * 7
FOR_ANYBODY = (NO,) * 4

TABLE: dict[type, tuple[str, ...]] = {
    # What is answered; ! where something of Alice's is not as it was.
    SignIn: (NO, NO, NO, NO, "Done", "Done", "Done", "Done"),  # and then all is as below
    Register: (*FOR_HER_DEVICE, "taken"),  # by her first list of devices, which is outgrown
    PublishManifest: (*FOR_HER_DEVICE, "Logged!"),
    BeginPrekeys: (NO, NO, NO, NO, NO, "malformed", NO, "Done"),
    AddPrekeys: (*FOR_HER_DEVICE, "Done"),
    CommitPrekeys: (*FOR_HER_DEVICE, "Done!"),
    PrekeyStatus: (NO, NO, NO, NO, NO, "PrekeysHeld", NO, "PrekeysHeld"),  # each his own
    SetDeliveryToken: (NO, NO, NO, NO, NO, "Done", NO, "Done!"),
    Subscribe: (NO, NO, NO, NO, NO, "Done", NO, "Done"),
    Acknowledge: (NO, NO, NO, NO, NO, "Done", NO, "Done!"),
    Incarnation: (NO, NO, NO, NO, NO, "Done", NO, "Done!"),
    FetchNotices: (NO, NO, NO, NO, NO, "NoticesHeld", NO, "NoticesHeld"),  # each his own
    CloseAccount: (NO, NO, NO, NO, NO, "malformed", NO, "Logged!"),
    Hello: ("RelayInfo", NO, "RelayInfo", "RelayInfo", *FOR_ANYBODY),
    Submit: ("Done!", NO, "Done!", "Done!", *FOR_ANYBODY),  # without her token, as a request
    Lookup: ("Found", NO, "Found", "Found", *FOR_ANYBODY),
    FetchBundle: ("BundleServed!", NO, "BundleServed!", "BundleServed!", *FOR_ANYBODY),
    Leave: ("Done", NO, "Done", "taken", *FOR_ANYBODY),  # at another place; at hers lies something
    Collect: (NO, NO, NO, "Collected", *FOR_ANYBODY),
    LogHead: ("LogProof", NO, "LogProof", "LogProof", *FOR_ANYBODY),
    LogAnchors: ("LogProof", NO, "LogProof", "LogProof", *FOR_ANYBODY),
    LogAtAnchor: ("LogProof", NO, "LogProof", "LogProof", *FOR_ANYBODY),
    LogRecords: ("LogProof", NO, "LogProof", "LogProof", *FOR_ANYBODY),
    Dispute: ("malformed", NO, "malformed", "malformed", *FOR_ANYBODY),  # nothing was reset
    AuditDeltas: (NO, NO, NO, "LogProof", *FOR_ANYBODY),
    BlobPut: ("BlobHeld", NO, "BlobHeld", "BlobHeld!", *FOR_ANYBODY),  # another file; hers
    BlobStatus: (NO, NO, NO, "BlobHeld", *FOR_ANYBODY),
    BlobGet: (NO, NO, NO, "BlobPiece", *FOR_ANYBODY),
    BlobDrop: ("Done", NO, "Done", "Done!", *FOR_ANYBODY),
}


@dataclass
class Case:
    """A relay with Alice and Bob, what waits for her, what she left there; and who may ask."""

    relay: Relay
    store: SqliteStore
    data: Path
    log: InlineDirectory
    alice: Person
    bob: Person
    carol: Person
    registration: Register
    removed: DeviceKeys
    upload: list[Request]
    peers: dict[str, Peer] = field(default_factory=dict)

    @property
    def hers(self) -> tuple[bytes, bytes]:
        return self.alice.account, self.alice.device.device

    async def peer(self, side: str) -> Peer:
        """A connection on that side."""
        greeted = self.relay.greet(NOW, bytes(32))
        if side == "none":
            return greeted
        if side == "spent":
            return Spent()
        if side in ("anonymous", "sealed"):
            return Anonymous()
        if side not in self.peers:
            outcome = await self.relay.handle(greeted, self.proof(side, greeted), NOW)
            assert isinstance(outcome.peer, SignedIn)
            self.peers[side] = outcome.peer
        return self.peers[side]

    def proof(self, side: str, greeted: Greeted) -> SignIn:
        person = {"stranger": self.carol, "other": self.bob}.get(side, self.alice)
        return person.sign_in(greeted, self.removed if side == "revoked" else None)

    def record(self, kind: RecordKind, manifest: Manifest | None = None) -> tuple[bytes, bytes]:
        """The next record of Alice's label, signed by her, and its opening."""
        manifest = manifest or self.alice.manifest
        proof = LookupProof.decode(self.log.answers.look_up(Label("alice"), 0, 0).proof)
        entry = proof.entries[0].check(self.log.config, Label("alice"), proof.head.leaf.map_root)
        at = (entry.version, entry.head) if entry else (0, NO_HEAD)
        named = Label("alice"), at[0] + 1, at[1], NOW * 1000, manifest.version, manifest.hash
        return Record.sign(self.alice.key, kind, *named).encode(), bytes(16)

    def publication(self) -> PublishManifest:
        """Of her next list, with one more device."""
        alice = self.alice
        more = DeviceKeys.draw(alice.random)
        following = alice.listing(alice.device, more, after=alice.manifest)
        return PublishManifest(following.encode(), *self.record(RecordKind.UPDATE, following))

    def asked(self, kind: type, *, capable: bool) -> list[Request]:
        """This request about what is Alice's; the last one counts."""
        alice, token = self.alice, bytes(16)
        capability = WRITE if capable else bytes(32)
        begin, add, commit = self.upload
        handle = alice.handle
        requests: dict[type, Callable[[], list[Request]]] = {
            SignIn: lambda: [alice.sign_in(self.relay.greet(NOW, bytes(32)))],
            Register: lambda: [self.registration],
            PublishManifest: lambda: [self.publication()],
            BeginPrekeys: lambda: [begin],
            AddPrekeys: lambda: [begin, add],
            CommitPrekeys: lambda: [begin, add, commit],
            PrekeyStatus: lambda: [PrekeyStatus()],
            SetDeliveryToken: lambda: [SetDeliveryToken(bytes(32))],
            Subscribe: lambda: [Subscribe()],
            Acknowledge: lambda: [Acknowledge((WAITING,))],
            Incarnation: lambda: [Incarnation(0, 7)],
            CloseAccount: lambda: [CloseAccount(*self.record(RecordKind.CLOSE))],
            FetchNotices: lambda: [FetchNotices()],
            Hello: lambda: [Hello()],
            Submit: lambda: [alice.envelope(next(NUMBERS), None if capable else token)],
            Lookup: lambda: [Lookup(handle, 0)],
            FetchBundle: lambda: [FetchBundle(alice.device.device)],
            Leave: lambda: [Leave(PLACE if capable else bytes(32), bytes(28))],
            Collect: lambda: [Collect(PLACE if capable else b"\4" * 32)],
            LogHead: lambda: [LogHead(0)],
            LogAnchors: lambda: [LogAnchors(0, 0)],
            LogAtAnchor: lambda: [LogAtAnchor(handle, 1, 0)],
            LogRecords: lambda: [LogRecords(handle, 0)],
            Dispute: lambda: [Dispute(handle, *self.record(RecordKind.DISPUTE))],
            AuditDeltas: lambda: [AuditDeltas(AUDITOR if capable else token, 1, 0)],
            BlobPut: lambda: [
                BlobPut(capability, 2 * MAX_PIECE_BYTES, MAX_PIECE_BYTES, bytes(MAX_PIECE_BYTES))
            ],
            BlobStatus: lambda: [BlobStatus(capability)],
            BlobGet: lambda: [BlobGet(read_capability(capability), 0)],
            BlobDrop: lambda: [BlobDrop(capability)],
        }
        return requests[kind]()

    async def alices(self) -> list[Any]:
        """All that the relay keeps for her, and what lies where she left it."""
        try:
            with inspected(self.data) as rows:
                kept = [(row.table, row.values) for row in rows]
        except inspection.UnknownAccountError:
            kept = []
        anybody = Anonymous()
        left = [
            (await self.relay.handle(anybody, request, NOW)).answered
            for request in (BlobStatus(WRITE), Collect(PLACE))
        ]
        return [kept, left]

    async def outcome(self, kind: type, side: str) -> str:
        """What is answered; with a ! behind it where anything of Alice's is not as it was."""
        before, peer, answered = await self.alices(), await self.peer(side), None
        asked = self.asked(kind, capable=side not in ("none", "anonymous", "other"))
        if kind is SignIn and side in ("stranger", "other", "revoked", "own"):
            peer = self.relay.greet(NOW, bytes(32))
            asked = [self.proof(side, peer)]
        for request in asked:
            result = await self.relay.handle(peer, request, NOW)
            peer, answered = result.peer, result.answered
        said = in_a_word(answered)
        if isinstance(answered, Logged) and isinstance(request, PublishManifest):
            self.alice.manifest = Manifest.decode(request.manifest)
        return said if await self.alices() == before else f"{said}!"


@contextmanager
def inspected(data: Path) -> Iterator[Iterator[inspection.Row]]:
    with closing(open_reader(data)) as db:
        yield inspection.rows(db, "alice")


def in_a_word(answered: Answered | None) -> str:
    if isinstance(answered, Refused):
        reason = Refusal(answered.reason)
        return "no" if reason is Refusal.NOT_ALLOWED else reason.name.lower()
    return type(answered).__name__


NUMBERS = count(1)


@pytest.fixture
async def case(tmp_path: Path) -> AsyncIterator[Case]:
    data = tmp_path / "relay.db"
    store = await SqliteStore.open(data)
    keys = LogKeys.from_seed("relay.test/keys", bytes(range(96)))
    log = InlineDirectory.in_memory(
        keys,
        keys.config(),
        random=Random(1).randbytes,
        now=NOW,
        auditors=Auditors({"ann": token_hash(AUDITOR)}),
    )
    relay = Relay(store, Identity("relay.test"), random=Random(9).randbytes, directory=log)
    alice, bob, carol = (Person(name, seed) for seed, name in enumerate(("alice", "bob", "carol")))
    removed = DeviceKeys.draw(alice.random)
    with pytest.MonkeyPatch.context() as patch:  # also in the twin
        patch.setattr(core, "after_asking", after_asking)
        made = Case(
            relay, store, data, log, alice, bob, carol, alice.register(), removed, alice.upload()
        )
        for person in (alice, bob):
            greeted = relay.greet(NOW, bytes(32))
            peer = (await relay.handle(greeted, person.sign_in(greeted), NOW)).peer
            for request in (person.register(), *person.upload()):
                outcome = await relay.handle(peer, request, NOW)
                peer = outcome.peer
                assert not isinstance(outcome.answered, Refused)
        await begin(made)
    yield made
    await store.close()


async def begin(case: Case) -> None:
    """Alice lists another device and removes it; a file, a place and an envelope of hers wait."""
    alice = case.alice
    for devices in ((alice.device, case.removed), (alice.device,)):
        manifest = alice.listing(*devices, after=alice.manifest)
        asked = PublishManifest(manifest.encode(), *case.record(RecordKind.UPDATE, manifest))
        outcome = await case.relay.handle(await case.peer("own"), asked, NOW)
        assert not isinstance(outcome.answered, Refused)
        alice.manifest = manifest
    for request in (
        BlobPut(WRITE, *FIRST),
        Leave(PLACE, b"left" * 7),
        alice.envelope(int.from_bytes(WAITING)),
    ):
        answered = (await case.relay.handle(Anonymous(), request, NOW)).answered
        assert not isinstance(answered, Refused)


def taken_for_alice(peer: Peer, request: Request) -> Peer:
    """A relay that asks nobody who he is."""
    if not isinstance(request, SignedInRequest):
        return Anonymous() if not isinstance(request, SignIn) else peer
    return as_alice()


@cache
def as_alice() -> SignedIn:
    alice = Person("alice", 0)
    verifying = alice.device.signing.verifying.encode()
    return SignedIn(alice.account, alice.device.device, sha256(verifying))


@pytest.mark.attack(
    "S24",
    "what somebody may do depends on who he proved to be, or which capability he shows",
    weaken={"doorless_server.relay.after_asking": taken_for_alice},
)
@pytest.mark.parametrize("side", ["none", "spent", "anonymous", "stranger", "other", "revoked"])
async def test_nobody_else_does_what_is_alices(case: Case, side: str) -> None:
    column = SIDES.index(side)
    assert {kind: await case.outcome(kind, side) for kind in TABLE} == {
        kind: row[column] for kind, row in TABLE.items()
    }


@pytest.mark.parametrize("side", ["sealed", "own"])
async def test_she_and_who_shows_a_capability_does_what_it_is_for(case: Case, side: str) -> None:
    column = SIDES.index(side)
    assert {kind: await case.outcome(kind, side) for kind in TABLE} == {
        kind: row[column] for kind, row in TABLE.items()
    }


def test_every_request_has_a_row_and_every_row_a_cell_for_each_side() -> None:
    assert set(TABLE) == set(get_args(Request))
    assert {len(row) for row in TABLE.values()} == {len(SIDES)}


@pytest.mark.parametrize("as_whom", ["other", "revoked", "stranger"])
async def test_who_only_claims_to_be_her_device_may_do_nothing(case: Case, as_whom: str) -> None:
    """A good signature signs in, whoever it is (07 §3.1): with other keys under her device's id."""
    greeted = case.relay.greet(NOW, bytes(32))
    person = {"other": case.bob, "stranger": case.carol}.get(as_whom, case.alice)
    keys = case.removed if as_whom == "revoked" else person.device
    named = login_object("relay.test", greeted.challenge.nonce, bytes(32), *case.hers)
    signature = keys.signing.sign(Purpose.RELAY_LOGIN, named)
    claimed = SignIn(*case.hers, keys.signing.verifying.encode(), signature)
    peer = (await case.relay.handle(greeted, claimed, NOW)).peer
    assert isinstance(peer, SignedIn)
    before = await case.alices()
    for kind in get_args(SignedInRequest):
        for request in case.asked(kind, capable=True):
            assert in_a_word((await case.relay.handle(peer, request, NOW)).answered) == NO, kind
    assert await case.alices() == before
