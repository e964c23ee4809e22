"""Every target keeps its promise: on the committed corpus, and on some thousand fresh inputs.

Without atheris, so on every system. `make fuzz` looks longer, and guided by coverage.
"""

import os
import tracemalloc
from collections.abc import Callable
from typing import Any, get_args

import pytest
from fuzz.harness import CORPUS, corpus, mutations, play
from fuzz.targets import TARGETS

from doorless_protocol import own_content
from doorless_protocol.backup_records import decode as decode_record
from doorless_protocol.content import Content, OwnDevices
from doorless_protocol.frames import (
    Answer,
    Answered,
    FromRelay,
    Request,
    decode_call,
    decode_from_relay,
)
from doorless_protocol.invite import InviteLink
from doorless_protocol.log.evidence import Evidence
from doorless_server.demands.intake import parse as parse_demand
from doorless_server.http_server import parse_head
from doorless_server.witness.wire import Submission
from fuzz import backups, demand_files, demands, keylog, linking, listening, log_forms, people, wire

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


FORMS = (
    *[(decode_call, each) for each in wire.CALLS],
    *[(decode_from_relay, each) for each in wire.FROM_RELAY],
    *[(Content.decode, each) for each in wire.CONTENTS],
    *[(lambda held: own_content.decode(OwnDevices(held)), each) for each in linking.NOTICES],
    *[(decode, honest) for decode, _, honest in (*linking.FORMS, *log_forms.FORMS)],
    *(*demands.FORMS, *keylog.SENT, *keylog.STORED),
    *[(Evidence.decode, each) for each in keylog.BUNDLES],
    *[(decode_record, each) for each in backups.EXAMPLES],
    *[(Submission.decode, each) for each in listening.SUBMISSIONS],
    *[(parse_head, each) for each in listening.REQUESTS],
    *[(lambda data: InviteLink.parse(data.decode()), each.encode()) for each in people.LINKS],
    *[(listening.page, each) for each in listening.PAGES[:4]],
    (parse_demand, demand_files.HONEST),
)
"""What decodes, and what honest bytes the targets edit."""


@pytest.mark.parametrize(("decode", "honest"), FORMS, ids=range(len(FORMS)))
def test_what_is_edited_is_taken_as_it_is(decode: Callable[[bytes], Any], honest: bytes) -> None:
    """Else a decoder that refuses everything would keep any promise."""
    assert decode(honest) is not None


def test_every_frame_and_notice_is_edited() -> None:
    asked = {type(decode_call(each).request) for each in wire.CALLS}
    told = {type(decode_from_relay(each)) for each in wire.FROM_RELAY}
    answers = [decode_from_relay(each) for each in wire.FROM_RELAY]
    answered = {type(each.answered) for each in answers if isinstance(each, Answer)}
    own = {type(own_content.decode(OwnDevices(each))) for each in linking.NOTICES}
    assert asked == set(get_args(Request))
    assert told == set(get_args(FromRelay))
    assert answered == set(get_args(Answered))
    assert own == set(get_args(own_content.Notice))


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
