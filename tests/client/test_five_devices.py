"""Two people, five devices, a relay that keeps a key log: everybody hears, nobody is alarmed."""

from doorless_client.core.views import AlarmRaised, Trust
from doorless_lab.linking import link
from doorless_lab.recovering import recover
from doorless_lab.world import World


def test_two_people_and_five_devices_talk_while_the_log_is_kept() -> None:
    with World(log=True) as world:
        alice, bob = world.friends("alice", "bob")
        laptop, tablet = link(alice, "laptop"), link(bob, "tablet")
        desk = link(alice, "desk")
        world.advance(700)
        bob.says("alice", "to three")
        laptop.says("bob", "to two")
        world.advance(60)
        for device in (alice, laptop, desk):
            assert device.texts("bob")[-1] == "to three"
            assert "to two" in [one.text for one in device.messages("bob")]
        for device in (bob, tablet):
            assert device.texts("alice")[-1] == "to two"
        alice.run(alice.engine.fleet.remove("laptop"))
        world.advance(700)
        tablet.says("alice", "to two of them")
        world.advance(60)
        for device in (alice, desk):
            assert device.texts("bob")[-1] == "to two of them"
        assert laptop.texts("bob")[-1] == "to three"
        world.advance(86_400)  # every device looks at the next anchor
        for device in world.everybody:
            assert not [event for event in device.shown if isinstance(event, AlarmRaised)]


def test_who_came_back_from_the_words_is_written_to_when_an_anchor_holds_it() -> None:
    with World(log=True) as world:
        alice, bob = world.friends("alice", "bob")
        world.advance(700)
        (own,) = alice.store.own.find()
        again = recover(alice, own.unshown_seed)
        world.advance(700)
        bob.says("alice", "is that you?")
        world.settle()
        assert not again.engine.chats()
        for _ in range(3):
            world.advance(86_400)
        assert again.texts("bob") == ["is that you?"]
        assert bob.chat("alice").trust is Trust.FIRST_SEEN
        assert any("added a device" in note for note in bob.notes("alice"))
        assert any("removed a device" in note for note in bob.notes("alice"))
