"""B3: a second device that reads along."""

from pathlib import Path

import pytest

from doorless_protocol.errors import ForgedError
from doorless_protocol.manifest import Manifest
from scenario_runs import check_powers, check_proof, check_steps, check_verdicts, fact, played


def test_the_verdicts_are_those_expected() -> None:
    check_verdicts("B3")


def test_the_powers_are_those_named() -> None:
    check_powers("B3")


def test_a_class_can_follow_it() -> None:
    check_steps("B3")


@pytest.mark.parametrize("name", ["B3-old-list", "B3-two-histories"])
def test_the_proof_is_portable(name: str, tmp_path: Path) -> None:
    check_proof(played("B3").evidence[name], tmp_path)


def test_the_forged_list_is_attached_and_nobody_believes_it() -> None:
    with pytest.raises(ForgedError):
        Manifest.decode(played("B3").evidence["forged list"].data)
    assert played("B3").evidence["forged list"].facts["state"] == "waiting"


def test_there_are_as_many_envelopes_as_devices() -> None:
    assert fact("B3", "copies", "envelopes") == fact("B3", "copies", "devices") == 2


def test_a_thief_reads_what_is_said_until_he_is_removed() -> None:
    assert fact("B3", "linked", "read") == fact("B3", "linked", "said") == 5
