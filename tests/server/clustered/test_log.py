"""The key log of a cluster: what one node takes in, every node proves."""

import asyncio
import shutil
from typing import Any

import pytest

from cluster_nodes import joining
from doorless_protocol.log.receipt import Receipt
from doorless_protocol.log.record import RecordKind
from doorless_server.directory.clustered.lease import LEASE
from doorless_server.directory.clustered.waiting import UNDECIDED
from doorless_server.directory.keylog import OtherLogError
from doorless_server.store.base import Account, StaleError, UnavailableError


async def test_what_one_node_takes_in_every_node_proves(ours: Any, theirs: Any, ada: Any) -> None:
    receipt = Receipt.decode(await theirs.put(ada))
    assert await theirs.look_up(ada) is None
    await ours.epoch()
    for node in (ours, theirs):
        entry = await node.look_up(ada)
        assert (entry.version, entry.steps[-1].commitment) == (1, receipt.commitment)
    assert await ours.log.page("/log/checkpoint", "", 0) == await theirs.log.page(
        "/log/checkpoint", "", 0
    )


async def test_no_answer_is_of_an_older_log_than_one_before(ours: Any, theirs: Any) -> None:
    for _ in range(3):
        await ours.epoch()
        assert await theirs.size() == await ours.size()


async def test_a_running_node_builds_what_was_confirmed_anywhere(
    ours: Any, theirs: Any, ada: Any
) -> None:
    ours.log.run()
    await theirs.put(ada)
    async with asyncio.timeout(30):
        while await theirs.look_up(ada) is None:
            pass
    assert theirs.log.published_at == 0


async def test_another_node_builds_where_the_builder_was_killed(
    ours: Any, theirs: Any, ada: Any
) -> None:
    lease, other = ours.log.builder._lease, theirs.log.builder._lease
    assert await lease.tend()
    assert not await other.tend()
    theirs.elapsed += LEASE - 0.1
    assert await lease.tend()
    assert not await other.tend()
    theirs.elapsed += LEASE - 0.1
    assert not await other.tend()
    theirs.elapsed += 0.1
    assert await other.tend()
    assert not await lease.tend()
    await other.release()
    assert await lease.tend()


async def test_a_change_is_claimed_by_one_request(ours: Any, theirs: Any, ada: Any) -> None:
    first, second = ada.change(), ada.change()
    await ours.log.stage(first)
    for change in (first, second):
        with pytest.raises(UnavailableError):
            await theirs.log.stage(change)
    receipt = await ours.log.confirm(first, ours.now)
    await theirs.log.stage(first)
    assert await theirs.log.confirm(first, theirs.now + 9) == receipt
    with pytest.raises(UnavailableError):
        await theirs.log.stage(second)
    await ours.epoch()
    with pytest.raises(StaleError):
        await theirs.log.stage(second)
    await theirs.log.stage(first)
    again = Receipt.decode(await theirs.log.confirm(first, theirs.now + 9))
    assert again.commitment == first.commitment


async def test_two_nodes_that_stage_at_once_have_one_winner(
    ours: Any, theirs: Any, ada: Any
) -> None:
    staged = [(node, ada.change()) for node in (ours, theirs) * 4]
    outcomes = await asyncio.gather(
        *[node.log.stage(change) for node, change in staged], return_exceptions=True
    )
    refused = [each for each in outcomes if each is not None]
    assert len(refused) == len(staged) - 1
    assert {type(each) for each in refused} == {UnavailableError}


async def test_what_is_dropped_was_never_asked(ours: Any, theirs: Any, ada: Any) -> None:
    await ours.log.stage(ada.change())
    await ours.log.drop(ada.label)
    await theirs.put(ada)
    await ours.epoch()
    assert (await ours.look_up(ada)).version == 1


async def test_until_its_epoch_every_node_answers_the_manifest_before(
    ours: Any, theirs: Any, ada: Any
) -> None:
    await ours.put(ada)
    await ours.epoch()
    await ours.learn(ada)
    change = ada.change(superseded=b"the manifest before")
    await ours.log.stage(change)
    await ours.log.confirm(change, ours.now)
    assert (await theirs.log.look_up(ada.label, 0, 0, 0)).superseded == b"the manifest before"
    await ours.epoch()
    assert (await theirs.log.look_up(ada.label, 0, 0, 0)).superseded == b""


async def test_what_a_killed_node_staged_is_decided_by_another(
    ours: Any, theirs: Any, ada: Any, ben: Any
) -> None:
    """Ada's account was changed before the node was killed, Ben's was not."""
    changes = ada.change(RecordKind.CREATE), ben.change(RecordKind.CREATE)
    for change in changes:
        await ours.log.stage(change)
    theirs.accounts.account_named = _holding(changes[0].record)
    assert await theirs.log.undecided() == []
    theirs.elapsed += UNDECIDED
    assert set(await theirs.log.undecided()) == set(changes)
    await theirs.log._survey()
    await theirs.epoch()
    assert (await theirs.look_up(ada)).version == 1
    assert await theirs.look_up(ben) is None
    await ours.put(ben)


async def test_an_account_that_was_changed_after_all_is_in_the_log(ours: Any, ada: Any) -> None:
    """Of a cluster that did not answer nobody knows whether it did what it was asked."""
    change = ada.change()
    await ours.log.stage(change)
    ours.accounts.account_named = _holding(change.record)
    await ours.log.drop(ada.label)
    await ours.epoch()
    assert (await ours.look_up(ada)).version == 1


async def test_who_was_slower_than_those_who_decided_is_promised_nothing_false(
    ours: Any, theirs: Any, ada: Any, ben: Any
) -> None:
    change = ada.change()
    await ours.log.stage(change)
    theirs.elapsed += UNDECIDED
    await theirs.log.undecided()
    theirs.elapsed += UNDECIDED
    await theirs.log._survey()
    receipt = Receipt.decode(await ours.log.confirm(change, ours.now))
    await theirs.epoch()
    entry = await theirs.look_up(ada)
    assert entry.steps[-1].commitment == receipt.commitment


async def test_of_a_closed_account_no_node_keeps_a_record(ours: Any, theirs: Any, ada: Any) -> None:
    for kind in (RecordKind.CREATE, RecordKind.UPDATE, RecordKind.CLOSE):
        await ours.put(ada, kind)
        await ours.epoch()
        await ours.learn(ada)
    bucket = ours.log._waiting._bucket
    assert [key.rpartition(".")[2] for key in await bucket.keys("record.>")] == ["3"]
    entry = await theirs.look_up(ada)
    assert entry.version == 3
    held = theirs.log._replica.log.db.execute("SELECT version FROM records").fetchall()
    assert held == [(3,)]
    await theirs.put(ada, RecordKind.CREATE)
    await theirs.epoch()
    assert (await ours.look_up(ada)).version == 4


async def test_a_new_node_makes_its_copy_from_the_cluster(
    ours: Any, theirs: Any, ada: Any, ben: Any
) -> None:
    for _ in range(3):
        for owner in (ada, ben):
            await ours.put(owner)
        await ours.epoch()
        for owner in (ada, ben):
            await ours.learn(owner)
    await theirs.close()
    (theirs.folder / "log.db").unlink()
    await theirs.open()
    assert (await theirs.look_up(ada)).head == ada.head
    assert await theirs.size() == await ours.size() == 4


async def test_a_node_of_another_log_is_refused(ours: Any, theirs: Any) -> None:
    await theirs.close()
    shutil.rmtree(theirs.folder / "keys")
    (theirs.folder / "log.config").unlink()
    (theirs.folder / "log.db").unlink()
    with pytest.raises(OtherLogError, match="copy keys/"):
        await theirs.open()
    shutil.rmtree(theirs.folder)
    joining(ours.folder, theirs.folder)
    await theirs.open()


def _holding(record: Any) -> Any:
    """Accounts of which this record's is as it says."""

    async def account_named(handle: str) -> Any:
        held = handle == record.label
        return Account(record.account, handle, 1, record.manifest_hash, b"", b"") if held else None

    return account_named
