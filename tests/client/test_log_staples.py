"""A proof in a first contact never takes the place of what a client looked up itself."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from doorless_client.core import log_staples
from doorless_client.core.log_staples import LogStaples
from doorless_lab.keylog.scene import ALICE, Scene, stage
from doorless_lab.world_person import RELAY, Person
from doorless_protocol.envelope import Initial
from doorless_protocol.log.proofs import compact
from doorless_protocol.log.record import RecordKind
from doorless_protocol.manifest import Manifest
from logged import own, pin


def first_contact(scene: Scene, manifest: Manifest) -> Initial:
    """In Alice's name, with what the relay's log shows of it now."""
    said = SimpleNamespace(
        address=f"{ALICE}@{RELAY}",
        log_proof=compact(scene.truth.ledger.lookup(ALICE)),
        staple=manifest.staple(manifest.entries[0].device),
    )
    return cast(Initial, said)


def hears(person: Person, initial: Initial) -> bool:
    state = person.engine.state
    with state.change():
        return LogStaples(state).hear(initial)


def taken_over() -> tuple[Scene, Initial]:
    """The relay enters a record of Eve's keys, that Alice did not sign, under Alice's name."""
    scene = stage()
    scene.truth.ledger.show(ALICE, scene.ghost(scene.truth, RecordKind.UPDATE))
    scene.publish()
    return scene, first_contact(scene, scene.eve.engine.state.manifest)


def test_another_account_under_a_name_that_we_looked_up_is_not_taken_from_a_proof() -> None:
    scene, initial = taken_over()
    before = pin(scene.bob, ALICE)
    assert not hears(scene.bob, initial)
    assert pin(scene.bob, ALICE) == before


def test_without_that_rule_a_stranger_would_count_as_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene, initial = taken_over()
    monkeypatch.setattr(log_staples, "check_same_account", lambda *_: None)
    assert hears(scene.bob, initial)


def test_a_newer_record_of_the_same_account_leaves_what_was_looked_up() -> None:
    """The proof shows the newest record alone: what stands between is followed by a lookup."""
    scene = stage()
    before, version = pin(scene.bob, ALICE), own(scene.alice).version
    alice: Any = scene.alice.engine.state
    devices = [*alice.manifest.entries, *scene.eve.engine.state.manifest.entries]
    newer = Manifest.sign(alice.signing, devices, scene.now, after=alice.manifest.head)
    scene.truth.ledger.show(ALICE, scene.ghost(scene.truth, key=alice.signing))
    scene.publish()
    assert hears(scene.bob, first_contact(scene, newer))
    assert pin(scene.bob, ALICE) == before
    assert before.version == version
    assert scene.bob.store.log_waiting.find()  # its head is compared with ours all the same
