"""A proof in a first contact never takes the place of what a client looked up itself."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from doorless_client.core import log_staples
from doorless_client.core.api import RefusedError
from doorless_client.core.checked import is_checked
from doorless_client.core.log_staples import LogStaples
from doorless_client.core.own_entry import sign_record
from doorless_client.store.records import Contact
from doorless_lab.keylog.scene import ALICE, Scene, stage
from doorless_lab.world_person import RELAY, Person
from doorless_protocol.envelope import Initial
from doorless_protocol.log.chain import OPENING_SIZE, Opened
from doorless_protocol.log.proofs import compact
from doorless_protocol.log.record import RecordKind
from doorless_protocol.manifest import Manifest
from logged import days_pass, own, pin


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


def again(scene: Scene) -> bytes:
    """The head of a next version, in which Alice says what she said before."""
    alice, ledger = scene.alice.engine.state, scene.truth.ledger
    chain, head = own(scene.alice), ledger.newest[ALICE]
    record = sign_record(chain, alice.signing, alice.manifest, RecordKind.UPDATE, scene.now)
    opened = Opened(scene.world.random(OPENING_SIZE), record.encode())
    return ledger.make(ALICE, record.version, head, opened, stamp=ledger.size)


def writes_first(scene: Scene, *then: RecordKind) -> tuple[Person, Initial]:
    """Eve comes back as Alice, and writes to Dave, who never looked that name up, at once."""
    dave, head = scene.person("dave"), b""
    for kind in (RecordKind.RESET, *then):
        head = scene.ghost(scene.truth, kind, after=head)
        scene.truth.ledger.show(ALICE, head)
        scene.publish()
    initial = first_contact(scene, scene.eve.engine.state.manifest)
    assert hears(dave, initial)
    return dave, initial


def counts_as_checked(person: Person, initial: Initial) -> bool:
    claims = SimpleNamespace(
        handle="", relay="", claim=initial.address, account=initial.staple.account
    )
    return is_checked(person.store, cast(Contact, claims), RELAY)


HIDDEN = pytest.mark.parametrize("then", [(), (RecordKind.UPDATE,)], ids=["newest", "hidden"])


@HIDDEN
def test_who_comes_back_as_somebody_and_writes_first_is_not_checked(
    then: tuple[RecordKind, ...],
) -> None:
    dave, initial = writes_first(stage(), *then)
    assert pin(dave, ALICE).waits
    assert not counts_as_checked(dave, initial)


@HIDDEN
def test_nor_does_their_proof_hide_that_they_did_from_a_lookup(
    then: tuple[RecordKind, ...],
) -> None:
    dave, _ = writes_first(stage(), *then)
    with pytest.raises(RefusedError, match="replaced others"):
        dave.add("alice")


@HIDDEN
def test_they_are_checked_when_they_stood_for_a_window(then: tuple[RecordKind, ...]) -> None:
    scene = stage()
    dave, initial = writes_first(scene, *then)
    days_pass(scene.world, 1)
    assert not counts_as_checked(dave, initial)
    days_pass(scene.world, 2)
    assert not pin(dave, ALICE).waits
    assert counts_as_checked(dave, initial)


def test_who_only_has_a_new_device_is_checked_as_soon_as_they_are_looked_up() -> None:
    """The proof has no room for what came before; the lookup has, and nothing hides there."""
    scene = stage()
    dave, alice = scene.person("dave"), scene.alice.engine.state
    entered: Any = alice.manifest
    scene.truth.ledger.show(ALICE, again(scene))
    scene.publish()
    initial = first_contact(scene, entered)
    assert hears(dave, initial)
    assert not counts_as_checked(dave, initial)
    dave.add("alice")
    assert not pin(dave, ALICE).waits
    assert counts_as_checked(dave, initial)
