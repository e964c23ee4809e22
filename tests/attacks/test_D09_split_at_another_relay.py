"""D09: a relay shows who only looks others up there a log of its own making."""

import pytest

from doorless_lab.world_person import RELAY
from doorless_protocol.errors import DoorlessError
from doorless_protocol.log.verdict import verify
from logged import view
from two_relays import THERE, TwoRelays


@pytest.mark.attack(
    "D09",
    "two truths of a contact's relay convict it, also where each lookup meets an anchor",
    weaken={"doorless_client.core.logs.Logs.is_behind": lambda *_: False},
)
def test_a_split_at_the_relay_of_a_contact_is_proven_by_what_they_tell_each_other() -> None:
    with TwoRelays() as two:
        two.talk()
        two.days_pass(2)
        two.lies(two.alice)
        for _ in range(4):
            two.days_pass()  # her first question of the day is answered by an anchor
            two.alice.says("bob", "good morning")
            two.bob.says("alice", "good morning")
            two.advance(60)
        raised = [*two.bob.engine.alarms(), *two.alice.engine.alarms()]
        assert {one.relay for one in raised} == {THERE}
        alarms = two.bob.engine.alarms()
        bundles = [two.bob.engine.evidence(one.number) for one in alarms if one.evidence]
        assert bundles
        verify(bundles[0], {view(two.bob, THERE).config.hash.hex()})
        with pytest.raises(DoorlessError):
            verify(bundles[0], {view(two.alice, RELAY).config.hash.hex()})
