"""A person in a World comes back from the recovery words alone, on another machine."""

from doorless_client.core.recovery import find_account, prepare_return
from doorless_client.store.memory import MemoryStore
from doorless_lab.world_person import RELAY, Person


def recover(person: Person, seed: bytes) -> Person:
    """A new device of this person's account, with nothing but what the words give."""
    world = person.world
    held = person.run(find_account(person.handle, RELAY, b"", seed))
    returning = prepare_return(
        MemoryStore(),
        handle=person.handle,
        relay=RELAY,
        tls=True,
        pin=b"",
        seed=seed,
        held=held,
        now=int(world.now),
        random=world.random,
    )
    device = Person(world, person.handle, returning.store, returning.keys, held.account)
    device.run(returning.register(int(world.now), world.random))
    device.reopen()
    world.everybody.append(device)
    return device
