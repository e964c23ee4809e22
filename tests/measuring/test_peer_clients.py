"""The clients that load other servers count exactly, however the bytes are cut.

Else a peer's figure is not its own."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import cast

from benchmarks.mosquitto import Mqtt, MqttClient
from benchmarks.peer_load import PeerClient
from benchmarks.relay_load import SIZE
from benchmarks.xmpp import Xmpp, XmppClient
from hypothesis import given
from hypothesis import strategies as st

Made = Callable[[Callable[[int], None], Callable[[int], None]], PeerClient]


class Wire:
    """In the place of a transport; what is written to it is what the client said."""

    def __init__(self) -> None:
        self.said = bytearray()

    def write(self, data: bytes) -> None:
        self.said += data


def heard(make: Made, stream: bytes, cuts: list[int]) -> tuple[int, int, bytes]:
    """(taken, delivered, said) of a client that was sent this in pieces."""

    async def listen() -> tuple[int, int, bytes]:
        taken: list[int] = []
        delivered: list[int] = []
        client, wire = make(taken.append, delivered.append), Wire()
        client.connection_made(cast(asyncio.Transport, wire))
        if isinstance(client, XmppClient):
            client.begin()
        at = 0
        for cut in [*sorted(cuts), len(stream)]:
            client.data_received(stream[at:cut])
            at = max(at, cut)
        return sum(taken), sum(delivered), bytes(wire.said)

    return asyncio.run(cast(Coroutine[None, None, tuple[int, int, bytes]], listen()))


cuts = st.lists(st.integers(0, 9_000), max_size=12)


@given(st.lists(st.sampled_from(["taken", "mail", "control"]), max_size=8), cuts)
def test_a_client_of_mosquitto_counts_and_acknowledges_what_came(
    kinds: list[str], at: list[int]
) -> None:
    stream, acknowledgements = b"", b""
    for number, kind in enumerate(kinds):
        if kind == "taken":
            stream += b"\x40\x02" + number.to_bytes(2, "big")
        elif kind == "mail":
            stream += Mqtt("r").message(3, number)
            acknowledgements += b"\x40\x02" + (number + 1).to_bytes(2, "big")
        else:
            stream += b"\x90\x03\x00\x01\x01"
    counted = heard(MqttClient, stream, at)
    assert counted == (kinds.count("taken"), kinds.count("mail"), acknowledgements)


@given(st.lists(st.sampled_from(["taken", "mail", "asked"]), max_size=8), cuts)
def test_a_client_of_xmpp_counts_what_came(kinds: list[str], at: list[int]) -> None:
    stream, handled = b"", 0
    for kind in kinds:
        if kind == "taken":
            handled += 3
            stream += f"<a h='{handled}' xmlns='urn:xmpp:sm:3'/>".encode()
        elif kind == "mail":
            stream += Xmpp("r").message(3)
        else:
            stream += b"<r xmlns='urn:xmpp:sm:3'/>"
    assert heard(XmppClient, stream, at) == (handled, kinds.count("mail"), b"")


def test_the_same_size_is_sent_to_each() -> None:
    assert len(Mqtt("r").message(0, 1)) - len(b"\x32\x8a\x10\x00\x05to/r0\x00\x00") == SIZE
    body = Xmpp("r").message(0).partition(b"<body>")[2].partition(b"</body>")[0]
    assert len(body) == SIZE
