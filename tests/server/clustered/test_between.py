"""What another node did between two steps of ours."""

from collections.abc import Sequence
from typing import Any

import pytest

from cluster_nodes import LogNode, Owner
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.record import RecordKind
from doorless_server.directory.clustered.ledger import OutrunError
from doorless_server.directory.clustered.rows import PendingRow
from doorless_server.directory.heads import ForkRefusedError
from doorless_server.store.base import StaleError
from doorless_server.store.nats.buckets import NOTHING, Change, Entry


async def test_a_change_that_was_published_meanwhile_enters_once(
    ours: LogNode, theirs: LogNode, ada: Owner, ben: Owner
) -> None:
    await ours.put(ada)
    await ours.put(ben)
    survey = await ours.log._waiting.survey()
    await theirs.epoch()
    await theirs.learn(ada)
    await theirs.put(ada)
    await ours.log.builder.next_epoch(survey.entering)
    for node in (ours, theirs):
        assert (await node.look_up(ben)).version == 1
        await node.learn(ada)
        assert ada.version == 1
    await ours.epoch()
    assert (await theirs.look_up(ada)).version == 2


async def test_a_change_that_went_before_the_claim_makes_it_stale(
    ours: LogNode, theirs: LogNode, ada: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was in order when it was looked at first, and blocks nobody when it is not any more."""
    waiting = ours.log._waiting
    claim = waiting.claim

    async def interrupted(place: bytes, row: PendingRow) -> None:
        await theirs.put(ada)
        await theirs.epoch()
        await claim(place, row)

    monkeypatch.setattr(waiting, "claim", interrupted)
    with pytest.raises(StaleError):
        await ours.log.stage(ada.change())
    await theirs.learn(ada)
    await theirs.put(ada)
    await theirs.epoch()
    assert (await ours.look_up(ada)).version == 2


async def test_the_cluster_remembers_one_root_of_a_size(ours: LogNode) -> None:
    """Which no builder ever asks of it in vain, for there is one epoch of a number."""
    ledger = ours.log.builder._ledger
    signed = Checkpoint("relay.test/keys", 5, b"r" * 32)
    for _ in range(2):
        await ledger.remember(signed)
    with pytest.raises(ForkRefusedError):
        await ledger.remember(Checkpoint(signed.origin, 5, b"o" * 32))
    with pytest.raises(OutrunError):
        await ledger.remember(Checkpoint(signed.origin, 4, b"o" * 32))


async def test_a_closing_that_is_not_settled_is_before_the_next_claim(
    ours: LogNode, theirs: LogNode, ada: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The node that published it was killed before it erased the account's records."""

    async def killed(*_: Any) -> None:
        """It does nothing more."""

    for kind in (RecordKind.CREATE, RecordKind.CLOSE):
        await ours.put(ada, kind)
        monkeypatch.setattr(ours.log._waiting, "_settle", killed)
        await ours.epoch()
        if kind is RecordKind.CREATE:
            monkeypatch.undo()
            await ours.log._waiting.survey()
        await ours.learn(ada)
    bucket = theirs.log._waiting._bucket
    assert len(await bucket.keys("record.>")) == 2
    await theirs.log.stage(ada.change(RecordKind.CREATE))
    assert [key.rpartition(".")[2] for key in await bucket.keys("record.>")] == ["2"]


# --- a leader that was just elected has not all of it in its hands -----------------------------


def behind(
    monkeypatch: pytest.MonkeyPatch, node: LogNode, forgotten: dict[str, Entry]
) -> list[str]:
    """Its reads of these keys are answered as they were, until something is written; the keys
    that were asked for meanwhile."""
    bucket, asked = node.log._ledger.bucket, list[str]()
    get, commit = bucket.get, bucket.commit

    async def old(key: str) -> Entry:
        if key in forgotten:
            asked.append(key)
            return forgotten[key]
        return await get(key)

    async def settled(changes: Sequence[Change]) -> None:
        await commit(changes)
        forgotten.clear()

    monkeypatch.setattr(bucket, "get", old)
    monkeypatch.setattr(bucket, "commit", settled)
    return asked


async def test_a_size_from_the_past_ends_no_relay(
    ours: LogNode, theirs: LogNode, ada: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await theirs.log._ledger.bucket.get("published")
    await ours.put(ada)
    await ours.epoch()
    assert await theirs.size() == 2
    asked = behind(monkeypatch, theirs, {"published": before})
    assert await theirs.size() == 2
    assert asked
    assert theirs.broken == []


async def test_a_record_that_is_not_there_yet_is_not_taken_for_erased(
    ours: LogNode, theirs: LogNode, ada: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ours.put(ada)
    await ours.epoch()
    (key,) = await ours.log._ledger.bucket.keys("record.>")
    assert behind(monkeypatch, theirs, {key: NOTHING}) == []
    assert (await theirs.look_up(ada)).records[-1].label == "ada"
