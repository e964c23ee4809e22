"""E8: an epoch that does not follow convicts its log, and no bundle convicts an honest one."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from random import Random

import pytest

from doorless_protocol.errors import DoorlessError, MalformedError, ProofError, UnpinnedError
from doorless_protocol.log.evidence import Evidence, Kind
from doorless_protocol.log.label import Index
from doorless_protocol.log.map import Node, prove
from doorless_protocol.log.replay import Epoch, Link, State, follow
from doorless_protocol.log.replayed import Place, Replayed, bad_epoch
from doorless_protocol.log.signed_leaf import SignedLeaf
from doorless_protocol.log.verdict import verify
from key_log import HOUR_MS, KeyLog, lies
from one_form import check_one_form, reads


class Replay:
    """Everything up to an epoch, in memory."""

    def __init__(self, log: KeyLog, until: int) -> None:
        self.nodes: dict[int, Node] = {}
        self.links: dict[Index, Link] = {}
        self.state = State()
        for epoch in log.epochs[:until]:
            self.step(log, epoch)

    def step(self, log: KeyLog, epoch: Epoch) -> None:
        epoch.check()
        step = follow(self.state, epoch, log.config, self, self.links.get)
        self.nodes.update(step.nodes)
        for number in step.stale:
            del self.nodes[number]
        self.links.update(step.links)
        self.state = step.state

    def node(self, id: int) -> Node:
        return self.nodes[id]


def signed_leaf(log: KeyLog, epoch: int) -> SignedLeaf:
    return SignedLeaf(log.note(), log.epochs[epoch].leaf, log.inclusion(epoch, log.size))


def accused(log: KeyLog, number: int) -> Replayed:
    """What an auditor would say of an epoch, whether it is good or bad."""
    replay = Replay(log, number)
    before, anchor = replay.state.leaf, replay.state.anchor
    epoch = log.epochs[number]
    places = [
        Place(prove(replay, replay.state.map_root, delta.index)[0], replay.links.get(delta.index))
        for delta in epoch.deltas
    ]
    return Replayed(
        None if before is None else signed_leaf(log, number - 1),
        None if anchor == before else anchor,
        signed_leaf(log, number),
        epoch.deltas,
        tuple(places),
    )


def bundle(log: KeyLog, body: Replayed) -> bytes:
    return Evidence(Kind.BAD_EPOCH, log.config, body).encode()


def pins(log: KeyLog) -> set[str]:
    return {key.encode() for key in log.vkeys}


def bad_log() -> KeyLog:
    log = KeyLog().busy(9)
    log.publish("n1", "new", "n2", unsaid={"ghost": sha256(b"x").digest()})
    return log.busy(2)


def test_a_log_that_keeps_its_rules_can_be_replayed() -> None:
    log = KeyLog().busy(60)
    state = Replay(log, 60).state
    assert (state.leaf, state.size) == (log.epochs[-1].leaf, 60)
    assert State().size == 0


def test_an_epoch_that_does_not_follow_is_proven_by_the_logs_keys_alone() -> None:
    log = bad_log()
    data = bundle(log, accused(log, 9))
    assert Evidence.decode(data).encode() == data
    proven = verify(data, pins(log))
    assert proven.kind is Kind.BAD_EPOCH
    assert "epoch 9" in proven.what
    with pytest.raises(UnpinnedError):
        verify(data, pins(KeyLog(seed=5)))


def test_a_rule_of_time_is_proven_without_any_change() -> None:
    log = KeyLog().busy(3)
    log.publish(after_ms=-HOUR_MS)
    assert "epoch 3" in verify(bundle(log, accused(log, 3)), pins(log)).what


def test_no_epoch_of_an_honest_log_convicts() -> None:
    log = KeyLog().busy(40)
    for number in range(40):
        with pytest.raises(ProofError, match="as it must be"):
            verify(bundle(log, accused(log, number)), pins(log))


CHANGES: dict[str, Callable[[Replayed], Replayed]] = {
    "no epoch before": lambda body: replace(body, before=None),
    "nothing before": lambda body: replace(body, before=None, anchor=None),
    "no anchor": lambda body: replace(body, anchor=None),
    "another anchor": lambda body: replace(body, anchor=body.after.leaf),
    "the same epoch twice": lambda body: replace(body, before=body.after),
    "in the wrong order": lambda body: replace(body, before=body.after, after=body.before),
    "no deltas": lambda body: replace(body, deltas=(), places=()),
    "one delta": lambda body: replace(body, deltas=body.deltas[:1], places=body.places[:1]),
    "other commitments": lambda body: replace(
        body, deltas=tuple(replace(each, commitment=bytes(32)) for each in body.deltas)
    ),
    "labels said to be new": lambda body: replace(
        body, places=tuple(replace(each, link=None) for each in body.places)
    ),
    "an older version": lambda body: replace(
        body,
        places=tuple(
            replace(each, link=each.link and each.link._replace(version=1 + each.link.version))
            for each in body.places
        ),
    ),
    "each other's places": lambda body: replace(body, places=body.places[::-1]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_bundle_that_was_changed_convicts_nobody(change: str) -> None:
    for log, number in ((KeyLog().busy(12), 9), (bad_log(), 9)):
        body = accused(log, number)
        assert len(body.deltas) >= 2
        with pytest.raises(DoorlessError):
            verify(bundle(log, CHANGES[change](body)), pins(log))


def test_an_epoch_that_changes_nothing_needs_the_one_before_it_as_well() -> None:
    log = KeyLog().busy(3)
    log.publish()
    body = accused(log, 3)
    assert not body.deltas
    with pytest.raises(ProofError, match="nothing before"):
        verify(bundle(log, replace(body, before=None, anchor=None)), pins(log))


def test_no_byte_of_an_honest_epochs_bundle_can_be_altered_into_a_conviction() -> None:
    log = KeyLog().busy(12)
    data = bundle(log, accused(log, 9))
    for at in range(0, len(data), 37):
        altered = data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :]
        with pytest.raises(DoorlessError):
            verify(altered, pins(log))


def test_any_changes_of_any_map_can_be_judged_from_their_paths_alone() -> None:
    """Keys that share long beginnings, new ones above and below others: no path misses a node."""
    for seed in range(60):
        random, log = Random(seed), KeyLog()
        for _ in range(random.randrange(1, 5)):
            log.publish(*{f"x{random.randrange(40)}" for _ in range(random.randrange(12))})
        body = accused(log, log.size - 1)
        with pytest.raises(ProofError, match="as it must be"):
            bad_epoch(log.config, body)


def test_a_bundle_has_one_form() -> None:
    """More changes than fit into a kilobyte, of labels that are there and of new ones."""
    log = KeyLog()
    log.publish(*(f"x{number}" for number in range(12)))
    log.publish(*(f"x{number}" for number in range(0, 40, 2)))
    log.publish("x1", "new")
    many = accused(log, 1)
    assert len(many.deltas) > 16
    assert Evidence.decode(bundle(log, many)).body == many
    for number in range(3):
        if number != 1:
            check_one_form(accused(log, number), reads(Replayed.read))


def test_a_bundle_is_whole() -> None:
    data = bundle(bad_log(), accused(bad_log(), 9))
    for other in (data + b"\0", data[:-1], data[:9]):
        with pytest.raises(MalformedError):
            Evidence.decode(other)


@pytest.mark.parametrize(
    "wrong", [{"map_count": 99}, {"map_root": bytes(32)}, {"anchor_no": 7}, {"time_ms": 1}]
)
def test_each_field_of_a_leaf_that_follows_is_held_to(wrong: dict[str, object]) -> None:
    log = KeyLog().busy(4)
    log.publish("n1", "n2", signs=lies(**wrong))
    assert verify(bundle(log, accused(log, 4)), pins(log)).kind is Kind.BAD_EPOCH
