"""Texts that were saved to answer with: named, bounded, on one device, sealed, in the backup."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_client.backing_up import back_up, restore_backup
from doorless_client.core import saved, saved_rows
from doorless_client.core.api import BadInputError, RefusedError
from doorless_client.core.saved import LONGEST, LONGEST_NAME, MOST
from doorless_client.recovery_words import words_of
from doorless_client.text import safe, safe_line
from doorless_lab.linking import link
from doorless_lab.recovering import recover
from doorless_lab.world import World
from doorless_lab.world_person import Person

WORDS = "the-saved-words-of-alice"


@pytest.fixture
def alice() -> Person:
    return World().people("alice")[0]


def held(person: Person) -> list[tuple[str, str]]:
    return [(str(one.name), str(one.text)) for one in person.engine.saved.every()]


def test_what_was_saved_is_there_by_name_and_after_a_start(alice: Person) -> None:
    alice.engine.saved.save("Way", "On my way.\nTen minutes.")
    alice.engine.saved.save("busy", "Later!")
    assert held(alice) == [("busy", "Later!"), ("Way", "On my way.\nTen minutes.")]
    assert saved_rows.load(alice.store) == alice.engine.saved.every()
    assert saved.find(alice.engine.saved.every(), ";WAY").text.startswith("On my way")


def test_it_is_renamed_and_deleted(alice: Person) -> None:
    replies = alice.engine.saved
    replies.save("way", "On my way.")
    replies.save("busy", "Later!")
    replies.rename("WAY", "ontheway")
    replies.rename("ontheway", "OnTheWay")  # its own name is no other's
    assert held(alice) == [("busy", "Later!"), ("OnTheWay", "On my way.")]
    replies.remove("onTHEway")
    assert held(alice) == [("busy", "Later!")]
    for refused in (lambda: replies.remove("way"), lambda: replies.rename("way", "x")):
        with pytest.raises(RefusedError, match="no saved reply is called 'way'"):
            refused()


def test_a_name_that_is_taken_changes_nothing(alice: Person) -> None:
    replies = alice.engine.saved
    replies.save("way", "On my way.")
    replies.save("busy", "Later!")
    with pytest.raises(RefusedError, match="called Way already"):
        replies.save("Way", "another text")
    with pytest.raises(RefusedError, match="called WAY already"):
        replies.rename("busy", "WAY")
    assert held(alice) == [("busy", "Later!"), ("way", "On my way.")]


def test_its_bounds_are_exact(alice: Person) -> None:
    replies = alice.engine.saved
    for number in range(MOST - 1):
        replies.save(f"n{number}", "x")
    with pytest.raises(BadInputError, match=f"{LONGEST + 1} characters are too long"):
        replies.save("long", "x" * (LONGEST + 1))
    with pytest.raises(BadInputError, match=f"1 to {LONGEST_NAME} characters"):
        replies.save("n" * (LONGEST_NAME + 1), "x")
    replies.save("n" * LONGEST_NAME, "x" * LONGEST)
    assert len(held(alice)) == MOST
    with pytest.raises(RefusedError, match=f"there are {MOST} saved replies"):
        replies.save("more", "x")
    replies.rename("n0", "more")  # nothing is added by that
    assert len(held(alice)) == MOST


@pytest.mark.parametrize(
    "name",
    [
        "",
        "  ",
        "two words",
        ";way",
        "a;b",
        "a\tb",
        "a\nb",
        "\x1b[2J",
        "a\u202eb",
        "a\u200bb",
        "\ud800",
    ],
)
def test_what_cannot_be_typed_or_seen_is_no_name(alice: Person, name: str) -> None:
    with pytest.raises(BadInputError):
        alice.engine.saved.save(name, "x")
    assert held(alice) == []


@pytest.mark.parametrize("text", ["", "  \n ", "\n\n"])
def test_nothing_is_not_saved(alice: Person, text: str) -> None:
    with pytest.raises(BadInputError, match="nothing in it"):
        alice.engine.saved.save("nothing", text)


@given(name=st.text(max_size=30), text=st.text(max_size=1_010))
def test_whatever_is_saved_is_harmless_and_comes_back_as_it_is(name: str, text: str) -> None:
    try:
        (one,) = saved.saved((), name, text)
    except BadInputError:
        return
    assert (safe_line(str(one.name)), safe(str(one.text))) == (one.name, one.text)
    assert len(one.name) <= LONGEST_NAME
    assert len(one.text) <= LONGEST
    assert saved.find((one,), f";{one.name}") is one


def test_no_other_device_is_told(alice: Person) -> None:
    alice.engine.saved.save("way", WORDS)
    tablet = link(alice, "tablet")
    alice.engine.saved.save("busy", WORDS)
    alice.world.settle()
    assert held(tablet) == []


async def test_a_backup_brings_them_and_what_is_there_stays(alice: Person, tmp_path: Path) -> None:
    alice.engine.saved.save("way", WORDS)
    alice.engine.saved.save("busy", "Later!")
    (own,) = alice.store.own.find()
    path = tmp_path / "alice.backup"
    await back_up(alice.store, path, int(alice.world.now), random.Random(1).randbytes)
    assert WORDS.encode() not in path.read_bytes()
    again = recover(alice, own.unshown_seed)
    again.engine.saved.save("BUSY", "not now")
    words = " ".join(words_of(own.unshown_seed))
    for _ in range(2):
        assert restore_backup(again.store, path, words).left_out == 0
        assert held(again) == [("BUSY", "not now"), ("way", WORDS)]


async def test_a_backup_brings_no_more_than_are_kept(alice: Person, tmp_path: Path) -> None:
    for number in range(MOST):
        alice.engine.saved.save(f"n{number}", "x")
    (own,) = alice.store.own.find()
    path = tmp_path / "alice.backup"
    await back_up(alice.store, path, int(alice.world.now), random.Random(1).randbytes)
    again = recover(alice, own.unshown_seed)
    again.engine.saved.save("mine", "x")
    restore_backup(again.store, path, " ".join(words_of(own.unshown_seed)))
    assert len(held(again)) == MOST
    assert ("mine", "x") in held(again)
