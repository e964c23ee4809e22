"""D06: somebody in the middle from the first contact on, where a link was given out of band."""

from dataclasses import replace

import pytest

from doorless_client.core.api import RefusedError
from doorless_client.core.effects import Ask
from doorless_lab.world import World, showing
from doorless_protocol.frames import Answered, BundleServed
from doorless_protocol.prekey_secrets import draw_bundle


@pytest.mark.attack(
    "D06",
    "a link adds the account that it names or nobody, whatever the relay shows",
    weaken={"doorless_client.core.contacts.check_account": lambda *_: None},
)
def test_swapped_keys_are_refused_by_the_link() -> None:
    with World() as world:
        alice, bob, mallory = world.people("alice", "bob", "mallory")
        alice.change_answer = showing(mallory.engine.state.manifest)
        with pytest.raises(RefusedError, match="not who the link says"):
            alice.add(bob.engine.invite())
        assert alice.engine.chats() == []


@pytest.mark.attack(
    "D06",
    "prekeys that the linked account's device did not sign begin no session",
    weaken={"doorless_protocol.prekeys.ServedBundle.check": lambda *_args, **_named: None},
)
def test_a_swapped_bundle_seals_nothing() -> None:
    with World() as world:
        alice, bob, mallory = world.people("alice", "bob", "mallory")
        alice.add(bob.engine.invite())
        us, named = bob.engine.state, bob.engine.me
        keys = replace(mallory.engine.state.keys, device=named.device)  # his, in Bob's name
        bundle, _, _ = draw_bundle(keys, us.account, int(world.now), world.random, count=1)
        theirs = BundleServed(bundle.encode(), b"", 0, ())

        def swap(_: Ask, answered: Answered) -> Answered:
            return theirs if isinstance(answered, BundleServed) else answered

        alice.change_answer = swap
        alice.says("bob", "for Bob's eyes")
        world.settle()
        assert world.submitted == []
