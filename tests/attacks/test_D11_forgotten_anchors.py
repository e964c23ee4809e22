"""D11: a relay calls forgotten what it has to keep, so that an owner does not look there."""

import pytest

from doorless_client.core.api import RefusedError
from doorless_client.core.effects import Anonymously, Ask
from doorless_lab.world import World
from doorless_protocol.frames import Answered, Refusal, Refused
from doorless_protocol.log_frames import LogAtAnchor
from logged import DAY, checks, own

EVERY_ANCHOR = {
    "doorless_protocol.log.own_anchors.is_forgotten": lambda *_: True,
    "doorless_client.core.log_looks.is_forgotten": lambda *_: True,
}


def does_not_show_it(ask: Ask, answered: Answered) -> Answered:
    is_asked = isinstance(ask, Anonymously) and isinstance(ask.request, LogAtAnchor)
    return Refused(Refusal.NOT_ALLOWED, 0) if is_asked else answered


@pytest.mark.attack(
    "D11",
    "an anchor is gone past because of its own time, and never because the relay refuses it",
    weaken=EVERY_ANCHOR,
)
def test_no_anchor_is_gone_past_because_it_is_refused() -> None:
    with World(log=True) as world:
        alice = world.person("alice")
        checks(alice)
        alice.online = False
        world.advance(2 * DAY)
        alice.online = True
        before = own(alice).checked
        alice.change_answer = does_not_show_it
        with pytest.raises(RefusedError):
            checks(alice)
        assert own(alice).checked == before
