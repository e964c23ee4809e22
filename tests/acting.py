"""Changed programs that do with messages what ours would not: sealed and counted as they should."""

from doorless_client.core.views import Message
from doorless_lab.world import Person, World
from doorless_protocol.content import Body, Content


def met(world: World) -> tuple[Person, Person]:
    """Alice and Bob, who said hello to each other."""
    alice, bob = world.people("alice", "bob")
    greet(world, alice, bob)
    return alice, bob


def greet(world: World, alice: Person, bob: Person) -> None:
    alice.add("bob")
    alice.says("bob", "hello")
    world.settle()
    bob.accepts("alice")
    bob.says("alice", "hello to you")
    world.settle()


def does(world: World, who: Person, whom: str, body: Body, *, time: int = 0) -> Content:
    """Say `body` in the session with a contact, whatever it names; settles."""
    content = who.next_content(whom, body)
    said = Content.saying(
        body,
        id=content.id,
        counter=content.counter,
        previous=content.previous,
        conversation=content.conversation,
        time=time or content.time,
        gossip=bytes(80),
    )
    with who.engine.state.change():
        who.engine.fleet.sync._conversations._voices.say(said, who.engine.me.device)
    who.says_bytes(whom, said.encode())
    world.settle()
    return said


def said(person: Person, whom: str, text: str) -> Message:
    """The one message with these words."""
    found = [one for one in person.messages(whom) if one.text == text]
    assert len(found) == 1, f"{len(found)} messages say {text}"
    return found[0]
