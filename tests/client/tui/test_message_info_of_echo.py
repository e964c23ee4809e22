"""About a message that stayed here, nothing is said that would be true of one that left."""

from dataclasses import replace

from msgspec import structs

from doorless_client.core.message_parts import Sealing
from doorless_client.core.views import State, WireView
from doorless_client.text import safe_line
from doorless_client.tui.glyphs import UNICODE
from doorless_client.tui.screens.message_info import about, sealed_for

WIRE = WireView(bytes(64), 2048, bytes(16), 1_800_023_490, 1, stays=True)


def test_what_stayed_was_on_no_wire_and_no_relay_keeps_it(people) -> None:
    message = people.engine.history(people.ada).messages[-2]
    labels = dict(about(message, WIRE, UNICODE))
    assert labels["on the wire"] == "nothing: it stayed on this computer"
    assert not any("relay" in label for label in labels)
    assert "relay sees" in dict(about(message, replace(WIRE, stays=False), UNICODE))


def test_its_copy_waits_for_nothing() -> None:
    copy = Sealing(bytes(16), safe_line("Echo"), False, bytes(16), 2048, sent=False)
    ((_, stayed),) = sealed_for([copy], stays=True)
    assert "stayed here" in stayed
    ((_, waits),) = sealed_for([copy])
    assert "waits here" in waits


def test_what_another_device_sent_is_not_said_to_have_stayed(people) -> None:
    message = structs.replace(people.engine.history(people.ada).messages[-2], state=State.RECEIVED)
    assert "not known here" in dict(about(message, None, UNICODE))["on the wire"]
