"""C09: texts that are no Unicode, or another form of the same: one form is taken, and kept."""

import unicodedata

import msgspec
import pytest

from acting import does, said
from doorless_client.core.api import RefusedError
from doorless_lab.world import World
from doorless_protocol.content import Content, Edit, Text

BROKEN = (
    b"\xed\xa0\x80",  # half of a pair
    b"\xc0\x80",  # U+0000 in two bytes
    b"\xff",
    b"\xf4\x90\x80\x80",  # above U+10FFFF
    b"\xe2\x98",  # cut off
)


def with_text(content: Content, words: bytes) -> bytes:
    """As a program of C writes it, which looks at no UTF-8."""
    body = b"\x95" + bytes((0xA0 | len(words),)) + words + b"\xc0\xc0\x00\xc2"
    return msgspec.structs.replace(content, body=body).encode()


@pytest.mark.parametrize("words", BROKEN)
def test_bytes_that_are_no_text_become_no_message(words: bytes) -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        before = len(bob.messages("alice"))
        alice.says_bytes("bob", with_text(alice.next_content("bob", Text("x")), words))
        world.settle()
        assert len(bob.messages("alice")) == before
        alice.says("bob", "whole")
        world.settle()
        assert bob.texts("alice")[-1] == "whole"


@pytest.mark.attack(
    "C09",
    "what is stored is in one form, without U+0000, whatever form it was sent in",
    weaken={
        "doorless_client.core.conversations.composed": str,
        "doorless_client.core.acts.composed": str,
    },
)
@pytest.mark.parametrize("words", ["Zoe\u0308", "a\0b", "\u1100\u1161"])
def test_what_is_stored_is_in_one_form(words: str) -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        first = does(world, alice, "bob", Text(words))
        does(world, alice, "bob", Edit(first.id, words + "!"), time=first.time + 1)
        (row,) = bob.store.messages.find(id=first.id)
        composed = unicodedata.normalize("NFC", words).replace("\0", "\N{SYMBOL FOR NULL}")
        assert row.text == composed + "!"
        (version,) = bob.store.versions.find()
        assert version.text == composed


@pytest.mark.parametrize("words", ["\ud800", "a\udfff"])
def test_half_of_a_pair_is_not_sent(words: str) -> None:
    with World() as world:
        alice, _ = world.friends("alice", "bob")
        hello = alice.says("bob", "hello")
        doing = alice.engine.messages
        for refused in (
            lambda: alice.says("bob", words),
            lambda: doing.edit(hello, words),
            lambda: doing.react(hello, words),
        ):
            with pytest.raises(RefusedError):
                refused()


def test_a_byte_order_mark_and_what_is_no_character_are_kept_and_shown_as_what_they_are() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        does(world, alice, "bob", Text("\ufeffhello\uffff"))
        assert said(bob, "alice", "\N{REPLACEMENT CHARACTER}hello\N{REPLACEMENT CHARACTER}")
