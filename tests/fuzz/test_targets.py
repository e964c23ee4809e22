"""Every target keeps its promise: on the committed corpus, and on some thousand fresh inputs.

Without atheris, so on every system. `make fuzz` looks longer, and guided by coverage.
"""

import os
import tracemalloc

import pytest
from fuzz.harness import CORPUS, corpus, mutations, play
from fuzz.targets import TARGETS

FRESH = int(os.environ.get("DOORLESS_FUZZ_INPUTS", "250"))
"""Inputs made anew for each target."""

MOST_MEMORY = 16 * 2**20
"""Bytes that one input may make a target hold at once: 64 KiB of envelope, a hundred times."""

REPLAYED = 60
"""Inputs of a corpus that are played here, spread over all of it; a hunt plays all of them."""


def test_every_target_has_seeds_and_a_corpus() -> None:
    assert len(TARGETS) >= 12
    assert {folder.name for folder in CORPUS.iterdir()} == set(TARGETS)
    for target in TARGETS.values():
        assert target.seeds
        assert corpus(target)


def test_the_corpus_is_small() -> None:
    assert sum(path.stat().st_size for path in CORPUS.rglob("*")) < 300_000


@pytest.mark.parametrize("name", TARGETS)
def test_the_promise_holds_on_the_corpus(name: str) -> None:
    target = TARGETS[name]
    held = corpus(target)
    for data in (*target.seeds, *held[:: len(held) // REPLAYED + 1]):
        play(target, data)


@pytest.mark.parametrize("name", TARGETS)
def test_the_promise_holds_on_fresh_inputs(name: str) -> None:
    for data in mutations(TARGETS[name], FRESH, seed=len(name)):
        play(TARGETS[name], data)


@pytest.mark.parametrize("name", TARGETS)
def test_an_input_takes_little_memory(name: str) -> None:
    target = TARGETS[name]
    for data in sorted(corpus(target), key=len)[-3:]:
        tracemalloc.start()
        try:
            play(target, data)
            most = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert most < MOST_MEMORY
