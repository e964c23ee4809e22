"""The stage of the scenarios about keys: who holds what, and what a witness does there."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

import pytest

from doorless_lab.adversary import PowerError
from doorless_lab.keylog.witness import LabWitness
from doorless_lab.linking import link
from doorless_lab.powers import DirectoryWrite, NetObserve, ServerWrite, StateCopy
from doorless_lab.scenario import Power, Product, Scene
from doorless_lab.staging.logged import Logged, alarms, secret, secrets_in

SCENE = Scene(Product.E2EE, {}, Random(1).randbytes, 1_790_000_000, Path())


@cache
def begun(witnessed: bool) -> Logged:
    return Logged.begin(SCENE, witnessed=witnessed)


def test_mallory_holds_the_relay_and_its_log_and_no_client() -> None:
    stage = begun(witnessed=False).variant(b"armed")
    given = ServerWrite(stage.answers(stage.alice)), DirectoryWrite(stage.truth)
    assert stage.armed(SCENE, *given).powers == {Power.SERVER_WRITE, Power.DIRECTORY_WRITE}
    with pytest.raises(PowerError):
        stage.armed(SCENE, *given, NetObserve(stage.bob.engine))
    assert Power.STATE_COPY in stage.armed(SCENE, *given, StateCopy(stage.bob.engine)).powers


def test_nor_what_the_scenario_does_not_name() -> None:
    stage = begun(witnessed=False).variant(b"named")
    scene = replace(SCENE, powers=frozenset({Power.DIRECTORY_WRITE}), armed=set())
    stage.armed(scene, DirectoryWrite(stage.truth)).use(DirectoryWrite)
    with pytest.raises(PowerError, match="not named"):
        stage.armed(scene, ServerWrite(stage.answers(stage.alice)))
    assert scene.armed == {Power.DIRECTORY_WRITE}


def test_an_open_device_does_in_other_hands_what_its_owner_could() -> None:
    stage = begun(witnessed=False).variant(b"in hand")
    stage.meet(stage.alice, stage.bob)
    link(stage.in_hand(stage.bob.store), "tablet")
    stage.bob.reopen()
    stage.world.advance(60)
    assert len(stage.bob.engine.state.manifest.entries) == 2


def test_what_happens_in_a_variant_happens_in_no_other() -> None:
    stage = begun(witnessed=False)
    one, other = stage.variant(b"one"), stage.variant(b"other")
    one.meet(one.alice, one.bob)
    assert one.bob.texts("alice") == ["hello"]
    assert [chat.name for chat in other.alice.engine.chats()] == ["carol"]
    assert one.truth.config.hash == other.truth.config.hash


def test_three_honest_days_raise_no_alarm() -> None:
    stage = begun(witnessed=True)
    assert not any(alarms(person) for person in stage.world.everybody)


def test_the_witness_cosigns_the_history_that_it_saw_first() -> None:
    stage = begun(witnessed=True).variant(b"fork")
    witness = stage.truth.ledger.witness
    assert isinstance(witness, LabWitness)
    other, refused = stage.forks(), witness.refused
    stage.publish()
    policy = stage.truth.config.policy
    assert policy.cosigners(stage.truth.ledger.note())
    other.ledger.publish(stage.now + 1)
    assert not policy.cosigners(other.ledger.note())
    assert witness.refused == refused + 1
    assert len(witness.forks) == 1


def test_secrets_are_told_from_other_texts() -> None:
    assert secrets_in(["hello", secret(1), secret(13)]) == [secret(1), secret(13)]
    assert secret(1) != secret(13)
