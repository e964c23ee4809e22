"""B5: one log for the victim, another for everybody else."""

from pathlib import Path

import pytest

from doorless_lab.scenario import Outcome
from scenario_runs import check_powers, check_proof, check_steps, check_verdicts, fact, played


def test_the_verdicts_are_those_expected() -> None:
    check_verdicts("B5")


def test_the_powers_are_those_named() -> None:
    check_powers("B5")


def test_a_class_can_follow_it() -> None:
    check_steps("B5")


@pytest.mark.parametrize("name", ["B5-two-histories", "B5-after-the-code"])
def test_the_proof_is_portable(name: str, tmp_path: Path) -> None:
    check_proof(played("B5").evidence[name], tmp_path)


def test_one_text_to_an_honest_contact_is_enough() -> None:
    assert fact("B5", "gossip", "enough a day later") == 1


def test_without_a_witness_a_false_key_is_taken() -> None:
    """The defence is the witness: the sweep shows what it is worth."""
    alone = played("B5", settings={"witnesses": 0})
    assert alone.judged[-1].verdict is not None
    assert alone.judged[-1].verdict.outcome is Outcome.EXPOSED
    assert not alone.judged[-1].agrees


def test_a_witness_does_not_help_within_its_patience() -> None:
    assert fact("B5", "witness", "accepted", settings={"isolated.hours": 2}) == 1
