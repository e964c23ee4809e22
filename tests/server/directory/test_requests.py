"""Accounts and the log through the relay's core, as connections bring requests."""

from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from cluster_nodes import PREFIX, LogNode, Turning, folder_at
from doorless_protocol.frames import (
    CloseAccount,
    Found,
    Lookup,
    PublishManifest,
    Refusal,
    Refused,
    Register,
    delivery_token_hash,
)
from doorless_protocol.keys import DeviceKeys
from doorless_protocol.log.chain import NO_HEAD
from doorless_protocol.log.label import Label
from doorless_protocol.log.proofs import AnchorProof, HeadProof, LookupProof, decode_records
from doorless_protocol.log.receipt import Receipt
from doorless_protocol.log.record import Record, RecordKind
from doorless_protocol.log_frames import (
    AuditDeltas,
    Dispute,
    LogAnchors,
    LogAtAnchor,
    Logged,
    LogHead,
    LogProof,
    LogRecords,
)
from doorless_protocol.manifest import Manifest
from doorless_server.directory.auditors import Auditors, token_hash
from doorless_server.directory.inline import InlineDirectory
from doorless_server.limits import LOG_ANSWERS, RECORDS
from doorless_server.relay import Identity, Relay
from doorless_server.store.nats.store import NatsStore

TOKEN = bytes(range(16))


class Logbook:
    """A relay with a log, and who asks it."""

    def __init__(self, bench: Any, world: Any, directory: Any) -> None:
        self.bench = bench
        world.relay = Relay(
            world.store,
            Identity("relay.test"),
            random=Random(9).randbytes,
            directory=directory,
        )
        self.world, self.directory = world, directory
        self.chains: dict[str, tuple[int, bytes]] = {}

    def record(
        self, person: Any, kind: RecordKind, manifest: Manifest | None = None, **changed: Any
    ) -> tuple[bytes, bytes]:
        """What goes with a request: the next record of the person's handle, and an opening."""
        manifest = manifest or person.manifest
        version, head = self.chains.get(person.handle, (0, NO_HEAD))
        fields = {
            "label": Label(person.handle),
            "version": version + 1,
            "previous": head,
            "time_ms": self.bench.now * 1000,
            "manifest_version": manifest.version,
            "manifest_hash": manifest.hash,
        }
        record = Record.sign(person.key, kind, **(fields | changed))
        return record.encode(), person.random(16)

    def registration(self, person: Any, **changed: Any) -> Register:
        token = delivery_token_hash(person.token)
        record = self.record(person, RecordKind.CREATE, **changed)
        return Register(person.handle, person.manifest.encode(), token, *record)

    def publication(self, person: Any, kind: RecordKind = RecordKind.UPDATE) -> PublishManifest:
        other = DeviceKeys.draw(person.random)
        person.manifest = person.listing(person.device, other, after=person.manifest)
        return PublishManifest(person.manifest.encode(), *self.record(person, kind))

    async def registered(self, person: Any) -> Any:
        talk = await self.world.signed_in(person)
        answered = await talk.ask(self.registration(person))
        assert isinstance(answered, Logged)
        await self.learn(person)
        return talk

    async def learn(self, person: Any) -> None:
        _, entry = await self.found(person.handle)
        self.chains[person.handle] = entry.version, entry.head

    async def found(self, handle: str, known: int = 0, log: int = 0, size: int = 0) -> Any:
        """What a lookup finds, and its checked entry."""
        talk = self.world.connect(self.bench.now)
        found = await talk.ask(Lookup(handle, known, log, size))
        assert isinstance(found, Found)
        proof = LookupProof.decode(found.proof or b"")
        proof.head.check(self.bench.config)
        root = proof.head.leaf.map_root
        return found, proof.entries[0].check(self.bench.config, Label(handle), root)

    async def epoch(self, seconds: int) -> None:
        """One so much later than now."""
        made = self.bench.epoch(seconds)
        if made is not None:
            await made

    async def ask(self, request: Any) -> Any:
        return await self.world.connect(self.bench.now).ask(request, "192.0.2.7")


@pytest.fixture(params=["one machine", "cluster"])
async def book(
    request: pytest.FixtureRequest, bench: Any, world: Any, tmp_path: Path
) -> AsyncIterator[Logbook]:
    """Over each kind of log."""
    if request.param == "one machine":
        yield Logbook(
            bench, world, InlineDirectory(bench.log, Auditors({"ann": token_hash(TOKEN)}))
        )
        return
    urls = request.getfixturevalue("nats_node").urls
    world.store = await NatsStore.open(urls, prefix=PREFIX, replicas=1, partitions=2)
    node = LogNode(urls, folder_at(tmp_path / "node"), 1, accounts=world.store)
    (node.folder / "auditors").write_text(f"ann {token_hash(TOKEN).hex()}\n")
    await node.open()
    yield Logbook(node, world, Turning(node))
    await node.close()
    await world.store.close()


def reason(answered: Any) -> Refusal:
    assert isinstance(answered, Refused)
    return Refusal(answered.reason)


async def test_who_registers_is_in_the_log_and_has_a_receipt(book: Logbook, alice: Any) -> None:
    talk = await book.world.signed_in(alice)
    asked = book.registration(alice)
    answered = await talk.ask(asked)
    assert isinstance(answered, Logged)
    receipt = Receipt.decode(answered.receipt)
    receipt.verify(book.bench.config)
    found, entry = await book.found("alice")
    assert found.manifest == alice.manifest.encode()
    assert entry.records[-1].manifest_hash == alice.manifest.hash
    assert receipt.commitment == entry.steps[-1].commitment
    again = await talk.ask(asked)
    assert Receipt.decode(again.receipt).commitment == receipt.commitment
    assert (await book.found("alice"))[1] == entry


async def test_nobody_is_proven_to_be_nobody(book: Logbook, alice: Any) -> None:
    found, entry = await book.found("alice")
    assert (found.manifest, found.heads, entry) == (b"", (), None)


@pytest.mark.parametrize(
    "changed",
    [
        {"label": Label("bob")},
        {"manifest_version": 2},
        {"manifest_hash": bytes(32)},
        {"kind": RecordKind.RESET, "version": 2, "previous": bytes(31) + b"\1"},
    ],
    ids=lambda each: next(iter(each)),
)
async def test_a_record_of_something_else_is_malformed(
    book: Logbook, alice: Any, changed: dict[str, Any]
) -> None:
    talk = await book.world.signed_in(alice)
    record = book.record(alice, **({"kind": RecordKind.CREATE} | changed))
    asked = Register("alice", alice.manifest.encode(), bytes(32), *record)
    assert reason(await talk.ask(asked)) is Refusal.MALFORMED
    assert (await book.found("alice"))[1] is None
    assert await book.world.store.account_named("alice") is None


@pytest.mark.parametrize("record", [(b"", b""), (b"KTR1", bytes(16)), (bytes(4096), bytes(16))])
async def test_without_a_record_there_is_no_account(
    book: Logbook, alice: Any, record: tuple[bytes, bytes]
) -> None:
    talk = await book.world.signed_in(alice)
    asked = Register("alice", alice.manifest.encode(), bytes(32), *record)
    assert reason(await talk.ask(asked)) is Refusal.MALFORMED
    assert await book.world.store.account_named("alice") is None


async def test_a_record_that_somebody_else_signed_is_malformed(
    book: Logbook, alice: Any, mallory: Any
) -> None:
    talk = await book.world.signed_in(alice)
    mallory.handle = "alice"
    record = book.record(mallory, RecordKind.CREATE, alice.manifest)
    asked = Register("alice", alice.manifest.encode(), bytes(32), *record)
    assert reason(await talk.ask(asked)) is Refusal.MALFORMED


async def test_a_handle_that_is_taken_is_not_reset_by_who_registers(
    book: Logbook, alice: Any, mallory: Any
) -> None:
    await book.registered(alice)
    mallory.handle = "alice"
    talk = await book.world.signed_in(mallory)
    assert reason(await talk.ask(book.registration(mallory))) is Refusal.TAKEN
    _, entry = await book.found("alice")
    assert (entry.version, entry.records[-1].account) == (1, alice.account)


async def test_a_lookup_shows_the_manifest_that_the_log_proves(book: Logbook, alice: Any) -> None:
    talk = await book.registered(alice)
    first = alice.manifest
    asked = book.publication(alice)
    turned, book.directory.turn = book.directory.turn, lambda _: None
    assert isinstance(await talk.ask(asked), Logged)
    found, entry = await book.found("alice")
    assert (found.manifest, entry.version) == (first.encode(), 1)
    book.directory.turn = turned
    found, entry = await book.found("alice", known=0, log=1)
    assert (found.manifest, found.heads) == (asked.manifest, (first.head.encode(),))
    assert (entry.version, entry.records[-1].manifest_hash) == (2, alice.manifest.hash)


async def test_a_manifest_that_is_stale_leaves_no_record(book: Logbook, alice: Any) -> None:
    talk = await book.registered(alice)
    first = alice.manifest
    one = book.publication(alice)
    alice.manifest = first
    other = book.publication(alice)
    assert isinstance(await talk.ask(one), Logged)
    assert reason(await talk.ask(other)) is Refusal.STALE
    assert (await book.found("alice"))[1].version == 2


async def test_a_closed_account_is_shown_as_closed_and_may_be_taken_again(
    book: Logbook, alice: Any
) -> None:
    talk = await book.registered(alice)
    closing = CloseAccount(*book.record(alice, RecordKind.CLOSE))
    assert isinstance(await talk.ask(closing), Logged)
    found, entry = await book.found("alice")
    assert (found.manifest, entry.records[-1].kind) == (b"", RecordKind.CLOSE)
    assert await book.world.store.account_named("alice") is None


async def test_who_was_reset_objects_without_signing_in(book: Logbook, alice: Any) -> None:
    talk = await book.registered(alice)
    assert isinstance(await talk.ask(book.publication(alice, RecordKind.RESET)), Logged)
    await book.learn(alice)
    dispute = Dispute("alice", *book.record(alice, RecordKind.DISPUTE))
    assert isinstance(await book.ask(dispute), Logged)
    assert (await book.found("alice", log=2))[1].records[-1].kind is RecordKind.DISPUTE
    assert reason(await book.ask(Dispute("bob", *dispute_of(dispute)))) is Refusal.NOT_ALLOWED


def dispute_of(asked: Dispute) -> tuple[bytes, bytes]:
    return asked.record, asked.opening


async def test_the_log_answers_questions(book: Logbook, alice: Any) -> None:
    await book.registered(alice)
    await book.epoch(86_400)
    head = await book.ask(LogHead(1))
    proof = HeadProof.decode(head.proof)
    proof.check(book.bench.config)
    anchors = await book.ask(LogAnchors(1, 1))
    assert anchors.proof.endswith(head.proof)
    at = await book.ask(LogAtAnchor("alice", 2, 0))
    anchor = AnchorProof.decode(at.proof)
    entry = anchor.entry.check(book.bench.config, Label("alice"), anchor.leaf.map_root)
    assert entry.version == 1
    records = await book.ask(LogRecords("alice", 0))
    assert len(decode_records(records.proof)) == 1
    deltas = await book.ask(AuditDeltas(TOKEN, 1, 0))
    assert isinstance(deltas, LogProof)
    assert len(deltas.proof) == 172 + 64


@pytest.mark.parametrize(
    "asked",
    [
        LogAnchors(1, 0),
        LogAtAnchor("alice", 0, 0),
        LogAtAnchor("alice", 99, 0),
        AuditDeltas(bytes(16), 0, 0),
        AuditDeltas(TOKEN, 99, 0),
        AuditDeltas(TOKEN, 2**53 - 1, 2**32 - 1),
    ],
    ids=repr,
)
async def test_what_there_is_not_is_not_told_apart(book: Logbook, asked: Any) -> None:
    assert await book.ask(asked) == Refused(Refusal.NOT_ALLOWED, 0)


@pytest.mark.parametrize("size", [0, 1, 2, 10**6, 2**53 - 1])
async def test_any_size_is_answered_with_the_head(book: Logbook, size: int) -> None:
    proof = HeadProof.decode((await book.ask(LogHead(size))).proof)
    proof.check(book.bench.config)
    assert proof.old_size == (size if size <= 1 else 0)


async def test_one_address_asks_so_much(book: Logbook) -> None:
    for _ in range(int(LOG_ANSWERS.burst)):
        assert isinstance(await book.ask(LogHead(0)), LogProof)
        book.world.relay._rates._answers.of("192.0.2.7", book.bench.now).take(book.bench.now, 99)
        if book.world.relay._rates._answers.of("192.0.2.7", book.bench.now).wait(book.bench.now):
            break
    assert reason(await book.ask(LogHead(0))) is Refusal.BUSY
    assert reason(await book.ask(Lookup("alice", 0))) is Refusal.BUSY


async def test_one_account_changes_so_often(book: Logbook, alice: Any) -> None:
    talk = await book.registered(alice)
    for _ in range(int(RECORDS.burst) - 1):
        talk.now += 1  # signatures are bounded as well, and more so at once
        assert reason(await talk.ask(PublishManifest(b""))) is Refusal.MALFORMED
    talk.now += 1
    assert reason(await talk.ask(PublishManifest(b""))) is Refusal.BUSY
