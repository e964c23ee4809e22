"""A person in a World links another device, by the whole protocol: link, code, proof, welcome."""

from doorless_client.core.joining import Joining, settle
from doorless_client.store.memory import MemoryStore
from doorless_lab.world_person import RELAY, Person


def link(person: Person, name: str = "laptop") -> Person:
    """Another device of this person, listed by the primary, which the person held in hand."""
    world = person.world
    joining = Joining(name, RELAY, b"", int(world.now), world.random)
    approving = person.engine.fleet.approving
    answering = person.run(approving.begin(joining.link))
    offering = person.run(joining.hello(int(world.now)))
    challenging = person.run(approving.offered(answering))
    if offering is None or challenging is None:
        raise RuntimeError("the relay lost what was left there")
    person.run(approving.allow(challenging, offering.code))
    agreeing = person.run(joining.agree(offering, int(world.now)))
    if agreeing is None or not person.run(approving.finish(challenging)):
        raise RuntimeError("the relay lost what was left there")
    welcome = person.run(joining.welcome(agreeing, int(world.now)))
    if welcome is None:
        raise RuntimeError("the relay lost what was left there")
    store = MemoryStore()
    settle(store, offering, welcome, relay=RELAY, tls=True)
    device = Person(world, person.handle, store, offering.keys, offering.hello.account)
    device.reopen()
    world.everybody.append(device)
    return device
