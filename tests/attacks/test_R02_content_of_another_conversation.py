"""R02: what was said in one conversation, sealed again for another one."""

import msgspec
import pytest

from doorless_lab.world import World
from doorless_protocol.content import Text
from doorless_protocol.keys import conversation_id


@pytest.mark.attack(
    "R02",
    "a content names its conversation, and is shown in no other one",
    weaken={"doorless_client.core.arriving.check_same_conversation": lambda said, expected: None},
)
def test_a_content_is_shown_in_the_conversation_that_it_names_or_nowhere() -> None:
    """Bob was told something by Alice, and passes it to Carol as it is: but it names him."""
    with World() as world:
        alice, bob, carol = world.friends("alice", "bob", "carol")
        bob.add("carol")
        bob.says("carol", "hello")
        world.settle()
        with_bob = conversation_id(alice.engine.me.account, bob.engine.me.account)
        content = bob.next_content("carol", Text("yes, at nine"))
        before = carol.texts("bob")
        passed_on = msgspec.structs.replace(content, conversation=with_bob)
        bob.says_bytes("carol", passed_on.encode())
        world.settle()
        assert carol.texts("bob") == before
