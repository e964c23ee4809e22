"""C08: a text of marks upon marks, or of nothing but length."""

import time
import unicodedata

import pytest
from wcwidth import wcwidth

from acting import does
from doorless_client.text import MAX_COMBINING
from doorless_lab.world import World
from doorless_protocol.content import MAX_TEXT_BYTES, Edit, React, Text

AT_MOST = 0.25
"""Seconds of processor time for one text, from envelope to what is shown, on a slow computer."""

TEXTS = (
    "e" + "\u0301" * (MAX_TEXT_BYTES // 2 - 1),
    "\u0301" * (MAX_TEXT_BYTES // 2),
    "e\u0316\u0301" * (MAX_TEXT_BYTES // 5),
    "\u0915" + "\u0903" * (MAX_TEXT_BYTES // 3 - 1),
    "\uac00" + "\u11a8" * (MAX_TEXT_BYTES // 3 - 1),
    "x" * MAX_TEXT_BYTES,
    "\n" * (MAX_TEXT_BYTES - 1) + "x",
    "\u200d" * (MAX_TEXT_BYTES // 3),
    "\U0001f468\u200d" * (MAX_TEXT_BYTES // 7),
)


def has_no_cell(character: str) -> bool:
    """By another measure than the product's: the width that terminals are taught."""
    return unicodedata.category(character) != "Cf" and wcwidth(character) == 0


def most_marks(text: str) -> int:
    """The most marks that stand on one character."""
    most = marks = 0
    for character in text:
        marks = marks + 1 if has_no_cell(character) else 0
        most = max(most, marks)
    return most


@pytest.mark.attack(
    "C08",
    "no text piles marks up beyond its line, or takes long, wherever it comes in",
    weaken={"doorless_client.text._thin_marks": str},
)
def test_what_is_shown_is_bounded_and_made_quickly() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        for text in TEXTS:
            begun = time.process_time()
            first = does(world, alice, "bob", Text(text))
            shown = bob.messages("alice")[-1].text
            assert time.process_time() - begun < AT_MOST
            assert most_marks(shown) <= MAX_COMBINING
            assert len(shown.encode()) <= 3 * MAX_TEXT_BYTES
            does(world, alice, "bob", Edit(first.id, text[:-1]), time=first.time + 1)
            does(world, alice, "bob", React(alice.engine.me.account, first.id, text[:8]))
            edited = bob.messages("alice")[-1]
            assert most_marks(edited.text) <= MAX_COMBINING
            assert all(most_marks(one.emoji) <= MAX_COMBINING for one in edited.reactions)


def test_a_longer_text_is_refused_before_it_is_looked_at() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        before = len(bob.messages("alice"))
        body = b"\x95\xda" + (MAX_TEXT_BYTES + 1).to_bytes(2) + b"x" * (MAX_TEXT_BYTES + 1)
        content = alice.next_content("bob", Text("x")).encode()
        said = body + b"\xc0\xc0\x00\xc2"
        whole = content[: content.rindex(b"\xc4\x07")] + b"\xc5" + len(said).to_bytes(2) + said
        alice.says_bytes("bob", whole)
        world.settle()
        assert len(bob.messages("alice")) == before
