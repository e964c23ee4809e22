"""What the relay learns of a message stands beside what it does not, and neither is invented."""

from dataclasses import replace

import pytest
from msgspec import structs

from doorless_client.core.message_parts import BesideView, FileState, FileView
from doorless_client.core.views import Kind, Message, State, WireView
from doorless_client.text import safe, safe_line
from doorless_client.tui.sizes import in_words
from doorless_client.tui.widgets.facts import (
    STAYED,
    around,
    facts,
    hidden,
    in_general,
    kept,
    local_only,
    seen,
)
from doorless_protocol.attachment import sealed_size

AT = 1_800_023_490
SAID = Message(
    position=0,
    id=bytes(16),
    conversation=bytes(32),
    mine=True,
    sender=safe_line("alice@relay.example"),
    device=bytes(16),
    at=AT * 1000,
    received=AT,
    kind=Kind.TEXT,
    text=safe("See you\nthere"),
    state=State.DELIVERED,
)
WIRE = WireView(bytes(range(64)), 2048, bytes.fromhex("ab" * 16), AT, copies=2)


def test_an_envelope_that_left_says_who_saw_what() -> None:
    assert dict(seen(SAID, WIRE))["moment"] == "14:31:30"
    assert dict(kept(SAID, WIRE))["hour"] == "14:00"  # never the minute
    assert dict(kept(SAID, WIRE))["envelope"] == "2 KiB of noise, 2 copies"
    assert dict(hidden(SAID))["text"] == "See you there"
    titles = [line[0][0] for line in facts(SAID, WIRE) if "title" in line[0][1]]
    assert titles[0] == "The relay sees, as it happens"
    assert local_only(SAID, WIRE) == ""


def test_what_stayed_is_never_said_to_have_been_sent() -> None:
    lines = facts(SAID, replace(WIRE, stays=True))
    assert lines[0] == [(STAYED, "title")]
    titles = [line[0][0] for line in lines if "title" in line[0][1]]
    assert all("would" in title or "could" in title for title in titles[1:4])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"state": State.WAITING}, "still waits"),
        ({"state": State.FAILED}, "never sent"),
        ({"state": State.RECEIVED, "id": b"", "kind": Kind.NOTE}, "never left"),
        ({"state": State.RECEIVED}, "not known here"),  # from another device's history
    ],
)
def test_where_there_is_no_envelope_it_says_why(changes, told) -> None:
    for wire in (None, replace(WIRE, size=0)):
        (line,) = facts(structs.replace(SAID, **changes), wire)
        assert told in line[0][0]


def test_of_a_file_the_relay_keeps_its_padded_size() -> None:
    file = FileView(safe_line("a.pdf"), 100_000, FileState.HERE, 0, incoming=False)
    size = dict(kept(structs.replace(SAID, file=file), WIRE))["file"]
    assert size == f"{in_words(sealed_size(100_000))} of noise"


def test_receipts_reactions_and_edits_are_envelopes_like_it() -> None:
    assert [name for name, _ in around(SAID, WIRE)] == ["receipt"]
    assert around(structs.replace(SAID, state=State.SENT), WIRE) == []
    assert [name for name, _ in around(structs.replace(SAID, edited=1), WIRE)] == [
        "receipt",
        "edit",
    ]
    assert around(structs.replace(SAID, mine=False, state=State.RECEIVED), WIRE) == []


def test_what_is_known_of_them_is_shown_as_the_relay_had_it() -> None:
    receipt = BesideView("receipt", mine=False, head=bytes(range(64)), size=2048, at=AT + 2)
    known = replace(WIRE, beside=(receipt,))
    assert around(SAID, known) == [("receipt", f"14:31:32 2 KiB {bytes(range(12)).hex(' ')}")]
    ((_, stayed),) = around(SAID, replace(known, stays=True))
    assert stayed.startswith("stays here 2 KiB 00 01")


def test_of_what_came_only_our_own_moment_is_known() -> None:
    theirs = structs.replace(SAID, mine=False, state=State.RECEIVED)
    assert dict(seen(theirs, WIRE))["moment"] == "14:31:30, when fetched"
    assert "14:00" not in dict(kept(theirs, WIRE)).values()


def test_a_changed_timer_is_no_text_and_looks_like_one() -> None:
    timer = structs.replace(SAID, kind=Kind.NOTE)
    assert "timer" in dict(hidden(timer))["kind"]
    assert kept(timer, WIRE) == kept(SAID, WIRE)


def test_without_a_message_it_says_what_holds_of_all() -> None:
    said = str(in_general())
    for learnt in ("address", "times", "mailbox", "one of six"):
        assert learnt in said
