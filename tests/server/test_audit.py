"""An auditor cosigns what follows from what was published, and convicts what does not."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from itertools import count
from pathlib import Path

import pytest

from doorless_protocol.errors import MalformedError
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.epoch import EpochLeaf
from doorless_protocol.log.evidence import Kind
from doorless_protocol.log.replay import Epoch
from doorless_protocol.log.verdict import verify
from doorless_server.http_client import UnreachableError
from doorless_server.witness import audit
from doorless_server.witness.approval import ConvictedError, UnauditedError
from doorless_server.witness.audit import Auditor
from doorless_server.witness.audit_store import AuditStore, Conviction
from doorless_server.witness.decision import Signed, known_logs
from doorless_server.witness.desk import Desk, open_desk
from key_log import BEGIN_MS, HOUR_MS, ORIGIN, KeyLog, lies

NOW = BEGIN_MS // 1000
DAY_MS = 24 * HOUR_MS


class Pages:
    """A log's pages, without a network; `twist` tells other epochs."""

    def __init__(self, log: KeyLog, twist: Callable[[Epoch], Epoch] = lambda epoch: epoch) -> None:
        self.log, self.twist = log, twist
        self.read: list[int] = []

    async def config(self) -> LogConfig:
        return self.log.config

    async def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        return self.log.consistency(old, new)

    async def epoch(self, number: int) -> Epoch:
        if number >= self.log.size:
            raise UnreachableError("no such epoch")
        self.read.append(number)
        told = self.twist(self.log.epochs[number])
        try:
            return Epoch(EpochLeaf.decode(told.leaf.encode()), told.deltas)
        except MalformedError as error:
            raise UnreachableError(str(error)) from None


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = open_desk(tmp_path / "auditor.db")
    yield opened
    opened.close()


def auditor_of(desk: Desk, log: KeyLog, pages: Pages | None = None) -> Auditor:
    known = known_logs(log.vkeys)[ORIGIN]
    return Auditor(desk, pages or Pages(log), known, clock=lambda: NOW)  # type: ignore[arg-type]


def signed(log: KeyLog, size: int | None = None) -> Signed:
    size = size or log.size
    return Signed(log.checkpoint(size), log.note(size).encode())


def replayed(desk: Desk) -> int:
    return desk.do(lambda db: AuditStore(db).state().size)


def conviction(desk: Desk) -> Conviction | None:
    return desk.do(lambda db: AuditStore(db).conviction())


async def test_what_follows_is_approved_epoch_after_epoch(desk: Desk) -> None:
    log = KeyLog()
    pages = Pages(log)
    auditor = auditor_of(desk, log, pages)
    for _ in range(30):
        log.busy(1)
        await auditor.approve(signed(log))
        await auditor.approve(signed(log))  # asked again, and nothing is read again
    assert pages.read == list(range(30))
    state = desk.do(lambda db: AuditStore(db).state())
    assert state.leaf == log.epochs[-1].leaf


@pytest.mark.parametrize("at_once", [1, 3, 64])
async def test_who_is_behind_catches_up(
    at_once: int, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "AT_ONCE", at_once)
    log = KeyLog().busy(40)
    await auditor_of(desk, log).approve(signed(log, 17))
    await auditor_of(desk, log).approve(signed(log))
    assert replayed(desk) == 40


async def test_of_the_map_the_newest_version_alone_is_kept(desk: Desk) -> None:
    log = KeyLog().busy(40)
    await auditor_of(desk, log).approve(signed(log))
    count = log.epochs[-1].leaf.map_count
    (nodes,) = desk.do(lambda db: db.execute("SELECT count(*) FROM nodes").fetchone())
    assert nodes == 2 * count - 1


class PowerCutError(Exception):
    pass


@pytest.mark.parametrize("write", ["keep", "keep_edge", "keep_note"])
@pytest.mark.parametrize("when", [1, 2, 5])
async def test_a_replay_that_is_cut_short_goes_on_from_a_whole_epoch(
    write: str, when: int, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "AT_ONCE", 3)
    log, calls, kept = KeyLog().busy(20), count(1), getattr(AuditStore, write)

    def cut(store: AuditStore, what: object) -> None:
        kept(store, what)
        if next(calls) == when:
            raise PowerCutError

    with monkeypatch.context() as failing:
        failing.setattr(AuditStore, write, cut)
        with contextlib.suppress(PowerCutError):
            await auditor_of(desk, log).approve(signed(log))
    size = replayed(desk)
    assert size in (20, *range(0, 20, 3))
    if size:
        root = desk.do(lambda db: AuditStore(db).frontier(size).root)
        assert root == log.checkpoint(size).root
    await auditor_of(desk, log).approve(signed(log))
    assert replayed(desk) == 20


# --- what convicts ---------------------------------------------------------------------------


def erased(log: KeyLog) -> None:
    without = KeyLog()
    without.publish("a", "b")
    log.publish(signs=lies(map_root=without.epochs[-1].leaf.map_root))


X = sha256(b"x").digest()

MISDEEDS: dict[str, Callable[[KeyLog], object]] = {
    "a label that changed unsaid": lambda log: log.publish("a", unsaid={"b": X}),
    "a label that came unsaid": lambda log: log.publish(unsaid={"ghost": X}),
    "a version put back": lambda log: log.publish("a", unsaid={"b": log.first_head}),  # type: ignore[attr-defined]
    "another head than said": lambda log: log.publish("a", unsaid={"a": X}),
    "labels erased": erased,
    "another map": lambda log: log.publish("new", signs=lies(map_root=bytes(32))),
    "another count": lambda log: log.publish("new", signs=lies(map_count=99)),
    "a time that stands": lambda log: log.publish("a", after_ms=0),
    "a time that goes back": lambda log: log.publish("a", after_ms=-5),
    "an anchor that was due": lambda log: log.publish(
        "a", after_ms=2 * DAY_MS, signs=lies(anchor_no=0)
    ),
    "an anchor that was not due": lambda log: log.publish("a", after_ms=1, signs=lies(anchor_no=2)),
    "an anchor number skipped": lambda log: log.publish(
        "a", after_ms=2 * DAY_MS, signs=lies(anchor_no=9)
    ),
    "another anchor before": lambda log: log.publish("a", signs=lies(prev_anchor_hash=X)),
}


def honest_for_a_while() -> KeyLog:
    log = KeyLog()
    log.publish("a", "b", "c")
    log.first_head = log.head_of("b")  # type: ignore[attr-defined]
    log.publish("b", "d")
    log.publish()
    return log


async def refused_for_ever(desk: Desk, log: KeyLog, kind: Kind = Kind.BAD_EPOCH) -> str:
    """The reason; the evidence convicts with the log's keys alone, also after a restart."""
    told = []
    for _ in range(2):
        with pytest.raises(ConvictedError) as refusal:
            await auditor_of(desk, log).approve(signed(log))
        told.append(str(refusal.value))
    kept = conviction(desk)
    assert kept is not None
    proven = verify(kept.evidence, [key.encode() for key in log.vkeys])
    assert (proven.kind, proven.origin) == (kind, ORIGIN)
    assert told[0] == told[1]
    return told[0]


@pytest.mark.parametrize("misdeed", MISDEEDS)
async def test_an_epoch_that_does_not_follow_convicts_the_log(misdeed: str, desk: Desk) -> None:
    log = honest_for_a_while()
    await auditor_of(desk, log).approve(signed(log))
    MISDEEDS[misdeed](log)
    await refused_for_ever(desk, log)
    assert replayed(desk) == 3  # it stands before the bad epoch


@pytest.mark.parametrize("at_once", [1, 2, 3, 64])
@pytest.mark.parametrize("misdeed", ["a label that came unsaid", "a time that stands"])
async def test_a_bad_epoch_long_ago_convicts_as_well(
    at_once: int, misdeed: str, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "AT_ONCE", at_once)
    log = honest_for_a_while()
    log.busy(2)
    MISDEEDS[misdeed](log)
    log.busy(4)
    await refused_for_ever(desk, log)
    assert replayed(desk) == 5


async def test_the_very_first_epoch_may_convict(desk: Desk) -> None:
    log = KeyLog()
    log.publish("a", unsaid={"b": X})
    await refused_for_ever(desk, log)


async def test_a_log_that_goes_on_honestly_stays_convicted(desk: Desk) -> None:
    log = honest_for_a_while()
    MISDEEDS["another count"](log)
    reason = await refused_for_ever(desk, log)
    log.busy(3)
    with pytest.raises(ConvictedError, match=reason):
        await auditor_of(desk, log).approve(signed(log))


async def test_two_heads_of_the_size_that_was_replayed_convict(desk: Desk) -> None:
    log, fork = honest_for_a_while(), honest_for_a_while()
    log.publish("a")
    fork.publish("b")
    auditor = auditor_of(desk, log)
    await auditor.approve(signed(log))
    with pytest.raises(ConvictedError):
        await auditor.approve(signed(fork))
    kept = conviction(desk)
    assert kept is not None
    assert verify(kept.evidence, [key.encode() for key in log.vkeys]).kind is Kind.TWO_ROOTS


MISPLACED = [{"epoch": 40}, {"epoch": 2}, {"config_hash": X}]


@pytest.mark.parametrize("wrong", MISPLACED)
@pytest.mark.parametrize("more", [0, 2])
async def test_an_epoch_that_cannot_stand_there_convicts_the_log(
    wrong: dict[str, object], more: int, desk: Desk
) -> None:
    log = honest_for_a_while()
    log.publish("a", signs=lies(**wrong))
    log.busy(more)
    await refused_for_ever(desk, log, Kind.MISPLACED)
    assert replayed(desk) == 3


async def test_a_leaf_that_is_none_is_refused_again_and_again(desk: Desk) -> None:
    """The log's pages for auditors show leaves: of what is none they tell nothing."""
    log = honest_for_a_while()
    await auditor_of(desk, log).approve(signed(log))
    log.publish("a", signs=lies(prev_anchor_hash=bytes(32)))
    log.busy(2)
    for _ in range(2):
        with pytest.raises(UnauditedError):
            await auditor_of(desk, log).approve(signed(log))
    assert replayed(desk) == 3


async def test_another_head_of_a_size_that_was_only_passed_is_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was replayed on the way to a later head: there are no two heads of one size to show."""
    monkeypatch.setattr(audit, "AT_ONCE", 3)
    log, fork = honest_for_a_while().busy(6), honest_for_a_while()
    fork.publish("another")

    class Ending(Pages):
        async def epoch(self, number: int) -> Epoch:
            if number == 6:
                raise UnreachableError("gone")
            return await super().epoch(number)

    with pytest.raises(UnauditedError):
        await auditor_of(desk, log, Ending(log)).approve(signed(log))
    assert replayed(desk) == 6
    fork.busy(2)
    with pytest.raises(UnauditedError):
        await auditor_of(desk, log).approve(signed(fork, 6))
    assert conviction(desk) is None
    await auditor_of(desk, log).approve(signed(log))


# --- what convicts nobody --------------------------------------------------------------------


def without_deltas(epoch: Epoch) -> Epoch:
    return Epoch(epoch.leaf, ())


def other_deltas(epoch: Epoch) -> Epoch:
    return Epoch(epoch.leaf, tuple(replace(d, commitment=bytes(32)) for d in epoch.deltas))


def other_leaf(epoch: Epoch) -> Epoch:
    return Epoch(replace(epoch.leaf, map_root=bytes(32)), epoch.deltas)


def consistent_lie(epoch: Epoch) -> Epoch:
    return Epoch(replace(epoch.leaf, delta_count=0, delta_root=sha256(b"").digest()), ())


@pytest.mark.parametrize("twist", [without_deltas, other_deltas, other_leaf, consistent_lie])
async def test_who_is_told_wrong_neither_approves_nor_convicts(
    twist: Callable[[Epoch], Epoch], desk: Desk
) -> None:
    log = honest_for_a_while()
    with pytest.raises(UnauditedError):
        await auditor_of(desk, log, Pages(log, twist)).approve(signed(log))
    assert conviction(desk) is None
    assert replayed(desk) == 0
    await auditor_of(desk, log).approve(signed(log))  # told right, it goes on


async def test_what_cannot_be_read_is_asked_for_again(desk: Desk) -> None:
    log = honest_for_a_while()
    short = honest_for_a_while()
    log.busy(3)
    with pytest.raises(UnauditedError):
        await auditor_of(desk, log, Pages(short)).approve(signed(log))
    await auditor_of(desk, log).approve(signed(log))


async def test_an_older_head_is_not_approved(desk: Desk) -> None:
    log = KeyLog().busy(5)
    auditor = auditor_of(desk, log)
    await auditor.approve(signed(log))
    with pytest.raises(UnauditedError):
        await auditor.approve(signed(log, 4))


async def test_a_log_with_other_keys_is_not_replayed(desk: Desk) -> None:
    log, other = KeyLog().busy(2), KeyLog(seed=4).busy(2)
    with pytest.raises(UnauditedError):
        await auditor_of(desk, log, Pages(other)).approve(signed(log))
    assert replayed(desk) == 0


async def test_an_auditor_that_is_told_other_rules_convicts_nobody(desk: Desk) -> None:
    """Whoever shows it pages is not the log: what the log signed fits, and is of one kind."""

    class OtherRules(Pages):
        async def config(self) -> LogConfig:
            return replace(self.log.config, window=2 * self.log.config.window)

    log = honest_for_a_while()
    with pytest.raises(UnauditedError):
        await auditor_of(desk, log, OtherRules(log)).approve(signed(log))
    assert conviction(desk) is None
