"""The published vectors are what the code does, and what the second implementation does."""

from typing import Any

import pytest
from conversations import CONVERSATIONS
from published import HERE, dumps, load, tapes, vectors

from doorless_lab.tape import keys_on
from specpeer.deriving import derive
from specpeer.playing import play

DERIVED: list[dict[str, Any]] = load(HERE / "derivations.json")


def test_the_files_are_what_the_generator_writes() -> None:
    """Conversations from their tapes: the same draws, the same bytes."""
    for name, vector in vectors().items():
        assert (HERE / name).read_text(encoding="utf-8") == dumps(vector), name


@pytest.mark.parametrize("vector", DERIVED, ids=[each["name"] for each in DERIVED])
def test_the_second_implementation_derives_the_same(vector: dict[str, Any]) -> None:
    assert derive(vector["name"], vector["in"]) == vector["out"]


@pytest.mark.parametrize("name", [each.__name__ for each in CONVERSATIONS])
def test_the_second_implementation_says_the_same(name: str) -> None:
    conversation = load(HERE / f"{name}.json")
    steps = play(conversation, keys_on(*tapes(conversation).values()))
    assert steps == conversation["steps"]


def test_the_conversations_go_where_vectors_are_needed() -> None:
    """A refused replay, a message that is late over epochs, epoch 6, a resync, a last resort."""
    said = {each.__name__: load(HERE / f"{each.__name__}.json")["steps"] for each in CONVERSATIONS}
    begins = [step for steps in said.values() for step in steps if "begins" in step]
    assert {step["resync"] for step in begins} == {False, True}
    assert None in {step["begins"] for step in begins}
    refused = {step.get("refused") for step in said["losses"]}
    assert {"ReplayedError", "ForgedError"} <= refused
