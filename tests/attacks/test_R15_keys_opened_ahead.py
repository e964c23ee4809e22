"""R15: what was opened before its turn stands on a state that others went on from since.

Between two deliveries the person may write. What was opened ahead would bring back the session as
it was before that: the keys of what was sealed since would be used again, for another text.
"""

import pytest

from doorless_client.core.ahead import WORTH_IT
from doorless_lab.world import World
from doorless_lab.world_person import Person
from doorless_protocol.ratchet.chain import Chain

MANY = 2 * WORTH_IT


def sending(person: Person) -> Chain:
    """What the next text is sealed with."""
    (session,) = person.engine.state.sessions.newest_first()
    chain = session.ratchet.double.sending
    assert isinstance(chain, Chain)
    return chain


@pytest.mark.attack(
    "R15",
    "what was opened ahead takes back no step of its session, so that no key seals twice",
    weaken={"doorless_client.core.ahead.is_next": lambda _arrival, _sessions: True},
)
def test_no_key_seals_twice_since_something_was_opened_ahead() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        for number in range(2 * MANY):
            alice.says("bob", f"text {number}")
        while alice.live():
            pass
        mail = bob.mail()
        bob.engine.receive(mail[:MANY], mail[MANY:])
        before = sending(bob)
        bob.says("alice", "one of mine")
        bob.run(bob.engine.upkeep.deliver(bob.engine.upkeep.due()[0]))
        used = sending(bob)
        assert used != before
        bob.engine.receive(mail[MANY:])
        assert sending(bob) == used
        world.settle()
        assert alice.texts("bob") == ["one of mine"]
        assert len(bob.texts("alice")) == 2 * MANY + 1
