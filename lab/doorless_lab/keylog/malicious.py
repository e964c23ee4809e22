"""What a relay can do that has the keys of its log: one mode for each row of the evidence table.

Each mode plays its lie in a scene and lets life go on; whoever raises an alarm has caught it.
`MODES` says who has to, and by when. Spec: docs/spec/10-key-log-clients.md §11.1.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from doorless_client.core.api import RefusedError
from doorless_lab.keylog.auditing import audited, explained
from doorless_lab.keylog.scene import ALICE, DAY, HOUR, Caught, Scene
from doorless_lab.linking import link
from doorless_lab.world_person import Person
from doorless_protocol.log.config import LogKeys
from doorless_protocol.log.epoch import EpochLeaf
from doorless_protocol.log.record import RecordKind
from doorless_protocol.log.signing import SIGNER_SEED_SIZE, LogSigner


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to lie.

    Attributes:
        caught_by: who raises the alarm first.
        evidence: its kind; "told" where nothing that was signed convicts.
        anchors: between the lie and the alarm, at most.
    """

    play: Callable[[Scene], Caught | None]
    caught_by: str
    evidence: str
    anchors: int

    @property
    def name(self) -> str:
        return self.play.__name__.replace("_", " ")


# --- two truths ------------------------------------------------------------------------------


def two_roots_of_one_size(scene: Scene) -> Caught | None:
    """Bob is shown one log, and then another one that is as long."""
    other = scene.forks()
    scene.publish()
    other.ledger.publish(scene.now + 1)
    scene.looks(scene.bob)
    scene.shows(scene.bob, other)
    scene.looks(scene.bob)
    return scene.waits()


def two_leaves_of_one_epoch(scene: Scene) -> Caught | None:
    """Dave alone is shown a log with a ghost in it, as long as the other one: a split view."""
    dave = _split_view(scene, ahead=0)
    scene.looks(dave)
    scene.publish()
    scene.looks(scene.carol)
    dave.says("carol", "good morning")
    return scene.waits()


def two_anchors_of_one_number(scene: Scene) -> Caught | None:
    """The same with a log that made an epoch more before the anchor."""
    dave = _split_view(scene, ahead=1)
    scene.looks(dave, scene.carol)
    dave.says("carol", "good morning")
    return scene.waits()


def another_set_up_for_one(scene: Scene) -> Caught | None:
    """Bob was told of a log of his own when he came: other keys, and every entry the same."""
    keys = LogKeys(
        LogSigner.from_seed(scene.truth.config.origin, scene.world.random(SIGNER_SEED_SIZE)),
        scene.truth.ledger.keys.vrf,
    )
    scene.tells_of(scene.bob, keys=keys)
    return _says_which(scene)


def other_rules_for_one(scene: Scene) -> Caught | None:
    """The same with the log's own keys, and other rules: maps that are forgotten sooner."""
    scene.tells_of(scene.bob, keys=scene.truth.ledger.keys, retention=2 * DAY)
    return _says_which(scene)


def kept_from_its_owner(scene: Scene) -> Caught | None:
    """Everybody is shown a ghost of Alice, and she alone the log in which it never was."""
    hers = scene.forks()
    scene.shows(scene.alice, hers)
    scene.truth.ledger.show(ALICE, scene.ghost(scene.truth))
    scene.publish(scene.truth, hers)
    scene.publish(scene.truth, hers, after=DAY)
    scene.looks(scene.alice, scene.carol)
    scene.alice.says("carol", "good morning")
    return scene.waits()


def heads_that_nothing_connects(scene: Scene) -> Caught | None:
    """Bob is led over to another log, which is longer than the one that he knows."""
    other = scene.forks()
    scene.publish()
    scene.looks(scene.bob)
    other.ledger.publish(scene.now + 1)
    scene.publish(other)
    scene.shows(scene.bob, other)
    scene.looks(scene.bob)
    return scene.waits()


# --- entries that cannot be there --------------------------------------------------------------


def epoch_of_another_number(scene: Scene) -> Caught | None:
    """The log's newest entry says that it is the one after."""
    return _shows_entry(scene, lambda leaf: replace(leaf, epoch=leaf.epoch + 1))


def rules_changed_on_the_way(scene: Scene) -> Caught | None:
    """The log's newest entry is kept by other rules than everybody pinned: rarer anchors."""
    other = scene.truth.ledger.keys.config(window=2 * DAY)
    return _shows_entry(scene, lambda leaf: replace(leaf, config_hash=other.hash))


def other_keys_sign(scene: Scene) -> Caught | None:
    """The set-up is shown as it was, and keys that nobody pinned sign everything that is new."""
    ledger = scene.truth.ledger
    signer = LogSigner.from_seed(ledger.config.origin, scene.world.random(SIGNER_SEED_SIZE))
    ledger.keys = LogKeys(signer, ledger.keys.vrf)
    scene.publish()
    return scene.waits()


def _shows_entry(scene: Scene, change: Callable[[EpochLeaf], EpochLeaf]) -> Caught | None:
    ledger = scene.truth.ledger
    epoch = ledger.fork().publish(scene.now + 10)
    scene.world.now += 10
    ledger.put(replace(epoch, leaf=change(epoch.leaf)))
    scene.looks(scene.bob)
    return scene.waits()


# --- one truth, taken back -------------------------------------------------------------------


def ghost_for_an_hour(scene: Scene) -> Caught | None:
    """Who looks Alice up for the first time finds Eve; an hour later that never was."""
    dave = scene.person("dave")
    scene.begins()
    scene.truth.ledger.show(ALICE, scene.ghost(scene.truth))
    scene.publish()
    dave.add("alice")
    dave.says("alice", "for your eyes alone")
    scene.world.settle()
    return _takes_back(scene)


def ghost_device_for_an_hour(scene: Scene) -> Caught | None:
    """The same with Alice's own key, which somebody took: Eve's device beside hers."""
    dave = scene.person("dave")
    scene.begins()
    stolen = scene.alice.engine.state.signing
    scene.truth.ledger.show(ALICE, scene.ghost(scene.truth, key=stolen))
    scene.publish()
    dave.add("alice")
    return _takes_back(scene)


def old_manifest(scene: Scene) -> Caught | None:
    """A device that Alice removed is shown as hers again, for good."""
    before = _removes_a_device(scene)
    scene.truth.ledger.show(ALICE, before)
    scene.publish()
    return scene.waits()


def old_manifest_for_an_hour(scene: Scene) -> Caught | None:
    """Who looks Alice up for the first time is given a device that she removed."""
    before = _removes_a_device(scene)
    dave = scene.person("dave")
    scene.begins()
    scene.truth.ledger.show(ALICE, before)
    scene.publish()
    dave.add("alice")
    dave.says("alice", "to which of your devices?")
    scene.world.settle()
    return _takes_back(scene)


def called_absent_for_an_hour(scene: Scene) -> Caught | None:
    """Who looks Alice up is shown that nobody is called so."""
    dave = scene.person("dave")
    scene.begins()
    scene.truth.ledger.show(ALICE, None)
    scene.publish()
    with suppress(RefusedError):
        dave.add("alice")
    return _takes_back(scene)


# --- what its owner did not do, or did -------------------------------------------------------


def ghost_for_good(scene: Scene) -> Caught | None:
    """Alice's name stands for Eve, whose key signed it."""
    scene.truth.ledger.show(ALICE, scene.ghost(scene.truth))
    scene.publish()
    return scene.waits()


def ghost_device_for_good(scene: Scene) -> Caught | None:
    """Eve's device is added to Alice's, signed by Alice's own key, which somebody took."""
    stolen = scene.alice.engine.state.signing
    scene.truth.ledger.show(ALICE, scene.ghost(scene.truth, key=stolen))
    scene.publish()
    return scene.waits()


def reset_abuse(scene: Scene) -> Caught | None:
    """Alice is said to have lost her keys, and to have come back as Eve."""
    scene.truth.ledger.show(ALICE, scene.ghost(scene.truth, RecordKind.RESET))
    scene.publish()
    return scene.waits()


def reset_beside_an_anchor(scene: Scene) -> Caught | None:
    """The same a moment before an anchor, and covered up by a list of Eve's own."""
    dave, log = scene.person("dave"), scene.truth
    scene.publish(after=DAY - scene.now % DAY - 60)
    scene.begins()
    reset = scene.ghost(log, RecordKind.RESET)
    log.ledger.show(ALICE, reset)
    scene.publish()
    log.ledger.show(ALICE, scene.ghost(log, after=reset))
    scene.publish()
    scene.publish(after=60)
    with suppress(RefusedError):
        dave.add("alice")
        return None  # he has her keys within two minutes
    return scene.waits()


def promise_not_kept(scene: Scene) -> Caught | None:
    """Alice adds a device, is promised that the log will hold it, and it never does."""
    scene.truth.drops.add(ALICE)
    link(scene.alice)
    return scene.waits()


# --- silence ---------------------------------------------------------------------------------


def frozen_log(scene: Scene) -> Caught | None:
    """The log stands still: whatever happens is not shown to anybody."""
    scene.truth.stands_still = True
    return scene.waits(scene.alice)


def withheld_proof(scene: Scene) -> Caught | None:
    """Nothing about the log is answered any more."""
    scene.truth.is_silent = True
    return scene.waits(scene.alice)


def ghost_withheld_from_anchors(scene: Scene) -> Caught | None:
    """A ghost for an hour; the anchor that would prove it is shown to Alice, and not to Dave."""
    dave = scene.person("dave")
    scene.begins()
    scene.truth.withholds.add(ALICE)
    scene.truth.ledger.show(ALICE, scene.ghost(scene.truth))
    scene.publish()
    dave.add("alice")
    return _takes_back(scene)


# --- what only an auditor sees, at once ------------------------------------------------------


def change_that_no_delta_explains(scene: Scene) -> Caught | None:
    """A ghost that is in the map, and not among what is said to have changed."""
    scene.publish()
    before = scene.truth.ledger.size - 1
    scene.truth.ledger.show(ALICE, scene.ghost(scene.truth))
    scene.publish()
    return Caught(
        "auditor and reader", "E5", scene.windows(), explained(scene.truth.ledger, ALICE, before)
    )


def epoch_that_does_not_follow(scene: Scene) -> Caught | None:
    """The same, before an auditor who replays every epoch and was never shown Alice's label."""
    scene.truth.ledger.show(ALICE, scene.ghost(scene.truth))
    scene.publish()
    return Caught("auditor", "E8", scene.windows(), audited(scene.truth.ledger))


# --- parts of them ---------------------------------------------------------------------------


def _split_view(scene: Scene, *, ahead: int) -> Person:
    """Dave, who was given Eve for Alice in a log of his own; a day later, before he tells it."""
    dave = scene.person("dave")
    scene.begins()
    his = scene.forks()
    scene.shows(dave, his)
    his.ledger.show(ALICE, scene.ghost(his))
    scene.publish(scene.truth, his)
    dave.add("alice")
    for _ in range(ahead):
        scene.publish(his)
    scene.publish(scene.truth, his, after=DAY)
    return dave


def _says_which(scene: Scene) -> Caught | None:
    """Bob writes to Carol."""
    scene.looks(scene.bob, scene.carol)
    scene.bob.says("carol", "good morning")
    scene.world.advance(60)
    return scene.waits(scene.carol)


def _removes_a_device(scene: Scene) -> bytes:
    """Alice adds a device and removes it; the head of her label from between."""
    link(scene.alice)
    scene.world.advance(60)
    scene.looks(scene.alice)
    before = scene.truth.ledger.newest[ALICE]
    scene.truth.name(scene.alice.engine.state.manifest)
    scene.alice.run(scene.alice.engine.fleet.remove("laptop"))
    scene.world.advance(60)
    scene.looks(scene.alice)
    scene.begins()
    return before


def _takes_back(scene: Scene) -> Caught | None:
    scene.truth.ledger.show_truth(ALICE)
    scene.publish(after=HOUR)
    return scene.waits()


MODES = (
    Mode(two_roots_of_one_size, "bob", "E1", 0),
    Mode(two_leaves_of_one_epoch, "carol", "E2", 1),
    Mode(two_anchors_of_one_number, "carol", "E3", 1),
    Mode(another_set_up_for_one, "carol", "told", 0),
    Mode(other_rules_for_one, "carol", "E9", 0),
    Mode(kept_from_its_owner, "carol", "E1", 1),
    Mode(heads_that_nothing_connects, "bob", "C1", 0),
    Mode(epoch_of_another_number, "bob", "E9", 0),
    Mode(rules_changed_on_the_way, "bob", "E9", 0),
    Mode(other_keys_sign, "alice", "told", 3),
    Mode(ghost_for_an_hour, "dave", "E4", 1),
    Mode(ghost_device_for_an_hour, "dave", "E4", 1),
    Mode(old_manifest, "alice", "E4", 1),
    Mode(old_manifest_for_an_hour, "dave", "E4", 1),
    Mode(called_absent_for_an_hour, "dave", "E4", 1),
    Mode(ghost_for_good, "alice", "E7", 1),
    Mode(ghost_device_for_good, "alice", "told", 1),
    Mode(reset_abuse, "alice", "E7", 1),
    Mode(reset_beside_an_anchor, "alice", "E7", 1),
    Mode(promise_not_kept, "alice", "E6", 1),
    Mode(frozen_log, "alice", "told", 3),
    Mode(withheld_proof, "alice", "told", 3),
    Mode(ghost_withheld_from_anchors, "dave", "told", 3),
    Mode(change_that_no_delta_explains, "auditor and reader", "E5", 0),
    Mode(epoch_that_does_not_follow, "auditor", "E8", 0),
)
