"""R20: a guess beside a secret: if what is said were compressed, the right guess would be short."""

import zlib

import msgspec
import pytest

from doorless_lab.world import World
from doorless_protocol.content import Content, Text
from doorless_protocol.ratchet.triple import OVERHEAD
from doorless_protocol.sizes import SIZE_CLASSES

SECRET = "7f3a9c01d2e8b654"
FITS = SIZE_CLASSES[1] - OVERHEAD
encode = Content.encode


def deflated(self: Content) -> bytes:
    """As many messengers did it: less to send."""
    return zlib.compress(encode(self))


@pytest.mark.attack(
    "R20",
    "256 guesses beside a secret, the right one among them, weigh the same to the byte",
    weaken={"doorless_protocol.content.Content.encode": deflated},
)
def test_the_right_guess_weighs_as_much_as_a_wrong_one() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        (session,) = alice.engine.state.sessions.with_account(bob.engine.me.account)
        said = alice.next_content("bob", Text(""))
        plain, sealed, room = set(), set(), None
        for guess in range(256):
            text = f"{SECRET} {SECRET[:-2]}{guess:02x}"
            room = room or FITS - len(encode(said)) - len(text) - 16
            body = msgspec.msgpack.encode(Text(f"{text}{'.' * room}"))
            content = msgspec.structs.replace(said, body=body).encode()
            plain.add(len(content))
            sealed.add(len(session.seal(content, world.random)[1]))
        assert len(plain) == 1
        assert sealed == {SIZE_CLASSES[1]}
