"""Two nodes that build at once, or that wake up in the middle of it, tell one history."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from cluster_nodes import LogNode, Owner
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.label import Label
from doorless_server.directory.clustered.ledger import OutrunError
from doorless_server.directory.clustered.rows import EpochRow, epoch_key
from doorless_server.directory.heads import ForkRefusedError
from doorless_server.directory.keylog import KeyLog
from doorless_server.store.nats.buckets import Change
from doorless_server.store.nats.row import encode

STEPS = ("propose", "remember", "publish")
"""What a builder tells the cluster, in this order."""


@pytest.fixture
def signed(monkeypatch: pytest.MonkeyPatch) -> dict[int, set[bytes]]:
    """The roots that any node signed, by size."""
    roots: dict[int, set[bytes]] = {}
    sign = KeyLog.sign

    def noted(log: KeyLog, checkpoint: Checkpoint, now: int) -> bytes:
        note = sign(log, checkpoint, now)
        roots.setdefault(checkpoint.size, set()).add(checkpoint.root)
        return note

    monkeypatch.setattr(KeyLog, "sign", noted)
    return roots


def is_one_history(signed: dict[int, set[bytes]]) -> bool:
    return all(len(roots) == 1 for roots in signed.values())


async def building(node: LogNode) -> None:
    with suppress(OutrunError):
        await node.epoch()


async def race(ours: LogNode, theirs: LogNode, rounds: int) -> None:
    """Both build, each with another clock, and people who came to it alone."""
    for number in range(rounds):
        for node in (ours, theirs):
            node.now += 7 * node.seed
            await node.put(Owner(Label(f"p{number}-{node.seed}"), 10 * number + node.seed))
        await asyncio.gather(*map(building, (ours, theirs, theirs, ours)))


async def test_of_two_nodes_that_build_at_once_one_decides(
    ours: LogNode, theirs: LogNode, signed: dict[int, set[bytes]]
) -> None:
    await race(ours, theirs, 4)
    assert is_one_history(signed)
    assert await ours.size() == await theirs.size() == max(signed)
    for number in range(4):
        for seed in (1, 2):
            owner = Owner(Label(f"p{number}-{seed}"), 10 * number + seed)
            assert (await ours.look_up(owner)).version == 1


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("behind", [False, True])
async def test_a_builder_that_was_paused_signs_no_second_history(
    ours: LogNode,
    theirs: LogNode,
    signed: dict[int, set[bytes]],
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    *,
    behind: bool,
) -> None:
    """It stops before or behind one of its steps; meanwhile another one builds three epochs."""
    paused, goes_on = asyncio.Event(), asyncio.Event()
    ledger = ours.log.builder._ledger
    act: Callable[..., Awaitable[Any]] = getattr(ledger, step)

    async def pausing(*args: Any) -> Any:
        if not behind:
            paused.set()
            await goes_on.wait()
            return await act(*args)
        outcome = await act(*args)
        paused.set()
        await goes_on.wait()
        return outcome

    monkeypatch.setattr(ledger, step, pausing)
    await ours.put(Owner(Label("of-ours"), 1))
    late = asyncio.create_task(building(ours))
    await paused.wait()
    theirs.now += 60
    for number in range(3):
        await theirs.put(Owner(Label(f"of-theirs-{number}"), 10 + number))
        await theirs.epoch()
    goes_on.set()
    await late
    assert is_one_history(signed)
    assert await ours.size() == await theirs.size()
    for name in ("of-ours", "of-theirs-0", "of-theirs-2"):
        assert (await ours.look_up(Owner(Label(name), 1))).version == 1
    assert ours.broken == theirs.broken == []


async def test_were_an_epoch_written_twice_there_would_be_two_histories(
    ours: LogNode,
    theirs: LogNode,
    signed: dict[int, set[bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control: a builder that wakes up and does not ask whether the epoch is there."""
    ledger = ours.log.builder._ledger

    async def propose(epoch: int, row: EpochRow) -> bool:
        theirs.now += 60
        await theirs.epoch()
        await ledger.bucket.commit([Change(epoch_key(epoch), encode(row), None)])
        return True

    async def remember(_: Checkpoint) -> None:
        """It does not ask what was signed, either."""

    monkeypatch.setattr(ledger, "propose", propose)
    monkeypatch.setattr(ledger, "remember", remember)
    await ours.put(Owner(Label("of-ours"), 1))
    with pytest.raises(ForkRefusedError):
        await building(ours)
    assert not is_one_history(signed)


async def test_an_epoch_that_a_killed_builder_left_is_published_by_another(
    ours: LogNode, theirs: LogNode, ada: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """It ends here."""

    async def killed(*_: Any) -> None:
        raise Killed

    for step in STEPS:
        monkeypatch.setattr(ours.log.builder._ledger, step, killed)
        await ours.put(ada)
        with pytest.raises(Killed):
            await ours.epoch()
        monkeypatch.undo()
        await theirs.epoch()
        await theirs.epoch()
        await theirs.learn(ada)
    assert ada.version == len(STEPS)
    assert await ours.size() == await theirs.size()


async def test_a_node_that_signed_and_was_killed_goes_on(
    ours: LogNode, ada: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_: Any) -> None:
        raise OutrunError

    monkeypatch.setattr(ours.log.builder._ledger, "publish", lost)
    await ours.put(ada)
    with pytest.raises(OutrunError):
        await ours.epoch()
    monkeypatch.undo()
    for folder_keeps_its_copy in (True, False):
        await ours.close()
        if not folder_keeps_its_copy:
            (ours.folder / "log.db").unlink()
        await ours.open()
        assert await ours.size() == 1
    await ours.epoch()
    assert (await ours.look_up(ada)).version == 1


async def test_a_cluster_that_went_back_to_an_older_copy_is_not_served(
    ours: LogNode, theirs: LogNode, ada: Owner
) -> None:
    """Every node remembers what was signed, also who only followed."""
    await went_back(ours, theirs, ada)
    with pytest.raises(Exception, match="key log is another one"):
        await theirs.size()
    assert [type(each) for each in theirs.broken] == [ForkRefusedError]
    await theirs.close()
    for copy in (True, False):
        if not copy:
            (theirs.folder / "log.db").unlink()
        with pytest.raises(ForkRefusedError):
            await theirs.open()
    shutil.rmtree(theirs.folder)  # who forgot what was signed serves the older copy
    shutil.copytree(ours.folder / "keys", theirs.folder / "keys")
    shutil.copy(ours.folder / "log.config", theirs.folder / "log.config")
    await theirs.open()


async def went_back(node: LogNode, other: LogNode, owner: Owner) -> None:
    """What a restored backup of the cluster does: the epochs after it are not there."""
    bucket = node.log.builder._ledger.bucket
    kept = [(key, await bucket.get(key)) for key in ("head", "published")]
    await node.put(owner)
    await node.epoch()
    assert await node.size() == await other.size() == 2
    await bucket.purge("epoch.1")
    await bucket.commit([Change(key, entry.value, None) for key, entry in kept])


async def test_a_copy_that_is_not_what_was_signed_is_not_answered_from(
    ours: LogNode, theirs: LogNode, tmp_path: Path, ada: Owner, ben: Owner
) -> None:
    await ours.put(ada)
    await ours.epoch()
    db = theirs.log._replica.log.db
    await theirs.size()
    db.execute("UPDATE hashes SET hash = zeroblob(32) WHERE level = 1")
    await ours.put(ben)
    await ours.epoch()
    with pytest.raises(Exception, match="key log is another one"):
        await theirs.size()
    assert "move log.db" in str(theirs.broken[0])
