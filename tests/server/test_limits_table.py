"""Each limit of the specification has its unit, its reason, and a test at its very edge."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/spec/07-relay.md"

HERE, ATTACKS = "server/test_limits_of", "attacks/test"
EDGES = {
    "message": "server/test_framing.py::the_longest_message_is_plain_and_one_byte_more",
    "fragments of a message": f"{HERE}_a_connection.py::a_message_has_32_fragments",
    "half-open connections": "server/test_listener.py::one_address_has_few_connections",
    "open requests": f"{HERE}_a_connection.py::a_connection_has_64_open_requests",
    "requests": f"{HERE}_a_connection.py::a_connection_asks_500_times",
    "requests with a piece of a file": "server/blobs/test_on_a_connection.py::pieces_have_a_rate",
    "submits": f"{ATTACKS}_S08_exact_rates.py::a_connection_is_metered_in_units",
    "pushed, not acknowledged": "server/test_delivery.py::no_more_is_pushed_than_may_be",
    "written, not read": f"{HERE}_a_connection.py::a_transport_buffers_1_mib",
    "write-ahead log": f"{ATTACKS}_S22_stuck_reader.py::a_stuck_reader_does_not_fill_the_disk",
    "left free on the disk": "server/test_space.py::the_log_has_room_to_grow_and_to_be",
    "on the way to the disk": f"{HERE}_a_connection.py::so_many_bytes_are_on_their_way",
    "mailbox": f"{ATTACKS}_S08_exact_rates.py::what_a_mailbox_holds_is_bounded",
    "requests in a mailbox": f"{ATTACKS}_S08_exact_rates.py::what_a_mailbox_holds_is_bounded",
    "prekey pairs served": f"{ATTACKS}_S08_exact_rates.py::rates_begin_anew_with_a_start",
    "prekey pairs given": f"{ATTACKS}_K10_draining.py::an_address_has_rations_too",
    "names asked for in vain, or to register in vain": f"{ATTACKS}_S12_enumeration.py::lookups_are",
    "answers of the key log": "server/directory/test_requests.py::one_address_asks_so_much",
    "sign-ins of a device": f"{ATTACKS}_S16_takeover.py::who_comes_too_often_waits",
    "signatures checked in vain": f"{ATTACKS}_S06_verification.py::forged_logins_have_few",
    "changes of an account": "server/directory/test_requests.py::one_account_changes_so_often",
    "sealed files": "server/blobs/test_desk.py::a_file_that_is_too_large",
    "sealed files of an address": "server/blobs/test_desk.py::an_address_begins_so_many_bytes",
    "rates remembered": f"{HERE}_the_store.py::100_000_buckets_are_remembered",
    "pairs of a bundle": f"{HERE}_the_store.py::a_bundle_promises_100_pairs",
    "an envelope waits": f"{HERE}_the_store.py::an_envelope_waits_for_720_hours",
    "an id is remembered": "server/test_stores.py::an_id_is_remembered_for_a_day",
    "places not entered yet": "server/test_places.py::one_more_than_16384_places",
    "mailboxes in memory": "server/test_boxes.py::the_mailbox_used_longest_ago_is_read_anew",
    "challenge": f"{HERE}_a_connection.py::a_challenge_is_answered_within_30",
    "a name stays nobody's after its account closed": "server/test_stores.py::a_name_that_was",
    "draining at SIGTERM": f"{ATTACKS}_S27_stopped_under_load.py::what_was_begun_is_answered",
}
"""By its name in the table: a file of tests, and how the name of the test begins in it."""


@cache
def rows() -> dict[str, tuple[str, ...]]:
    """The table of limits: (value, unit, reason) by name."""
    section = PAGE.read_text().partition("## 7. Limits")[2].partition("## 8.")[0]
    cells = [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in section.splitlines()
        if line.startswith("| ")
    ]
    return {name: tuple(rest) for name, *rest in cells[1:]}


@cache
def named_in(path: Path) -> frozenset[str]:
    nodes = ast.walk(ast.parse(path.read_text()))
    functions = (each for each in nodes if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(each.name for each in functions if each.name.startswith("test_"))


def test_every_limit_has_a_value_a_unit_and_a_reason() -> None:
    assert len(rows()) > 25
    for name, (value, unit, reason) in rows().items():
        assert re.search(r"\d", value), name
        assert unit, name
        assert reason, name


def test_every_limit_is_tested_at_its_edge() -> None:
    assert set(EDGES) == set(rows())


@pytest.mark.parametrize("name", EDGES)
def test_the_test_of_an_edge_is_there(name: str) -> None:
    file, _, begins = EDGES[name].partition("::")
    found = [test for test in named_in(ROOT / "tests" / file) if test[5:].startswith(begins)]
    assert len(found) == 1, (name, found)
