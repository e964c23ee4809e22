"""C10: a name that a terminal would obey, in a file that somebody prints later."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from doorless_client.exporting import export_conversation
from doorless_lab.world import World

NAME = "Bob\x1b[2J\x1b]0;gotcha\x07\u202e"


def as_it_is(text: str, **_: Any) -> str:
    return text


@pytest.mark.attack(
    "C10",
    "an exported conversation holds no character that a terminal obeys",
    weaken={
        "doorless_client.exporting.neutralise": as_it_is,
        "doorless_client.core.present.safe_line": as_it_is,
    },
)
async def test_a_name_does_nothing_to_who_prints_the_export(tmp_path: Path) -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        bob.says("alice", f"from {NAME}")
        world.settle()
        (contact,) = alice.store.contacts.find(handle="bob")
        with alice.store.transaction():
            alice.store.contacts.put(msgspec.structs.replace(contact, name=NAME))
        path = tmp_path / "bob"
        engine: Any = alice.engine  # as far as an export needs it, the messenger's
        await export_conversation(engine, contact.conversation, path, as_json=False)
        check_harmless(path)


def check_harmless(path: Path) -> None:
    text = path.read_text()
    assert "from Bob" in text
    assert not [char for char in text if (ord(char) < 0x20 and char != "\n") or char == "\u202e"]
