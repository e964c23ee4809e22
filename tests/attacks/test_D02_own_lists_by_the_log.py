"""D02: a relay hands a device of ours a list of our devices that its own key log does not name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from doorless_client.core.effects import Anonymously, Ask, Flow
from doorless_client.core.own_devices import OwnDevices
from doorless_client.store.log_records import Log
from doorless_lab.linking import link
from doorless_lab.world import World
from doorless_lab.world_person import Person
from doorless_protocol.frames import Answered, Found, Lookup, Refusal, Refused, Submit
from doorless_protocol.keys import DeviceKeys
from doorless_protocol.log.view import LogView
from doorless_protocol.manifest import DeviceEntry, Manifest
from doorless_protocol.own_content import Newest

Lie = Callable[[Found], Answered]


def asks_for_no_proof(_: OwnDevices) -> Flow[bool]:
    """As if our relay kept no key log."""
    yield from ()
    return False


BY_WORD = {"doorless_client.core.own_devices.OwnDevices._is_logged": asks_for_no_proof}


@dataclass
class Account:
    """Alice's, with her desk and a laptop that she removed; and a device that Eve would add."""

    world: World
    primary: Person
    desk: Person
    removed: Manifest
    ghost: Manifest

    def hears(self, lie: Lie) -> None:
        """From now on the desk is lied to of Alice's devices."""

        def change(ask: Ask, answered: Answered) -> Answered:
            asked = ask.request if isinstance(ask, Anonymously) else None
            is_own = isinstance(asked, Lookup) and asked.handle == "alice"
            return lie(answered) if is_own and isinstance(answered, Found) else answered

        self.desk.change_answer = change

    def copies(self) -> set[bytes]:
        """For whose mailboxes the desk seals a text, ten minutes after its last look."""
        self.world.advance(601)
        left: set[bytes] = set()
        ask = self.desk.ask

        def watched(asked: Ask) -> Answered:
            if isinstance(asked.request, Submit):
                left.add(bytes(asked.request.mailbox))
            return ask(asked)

        self.desk.ask = watched  # type: ignore[method-assign]
        self.desk.says("bob", "hello")
        self.world.advance(60)
        self.desk.ask = ask  # type: ignore[method-assign]
        bob = self.world.everybody[1].engine.state.manifest
        return left - {bytes(entry.mailbox) for entry in bob.entries}


@pytest.fixture
def account() -> Iterator[Account]:
    with World(log=True) as world:
        alice, _bob = world.friends("alice", "bob")
        link(alice, "laptop")
        desk = link(alice, "desk")
        world.advance(60)
        removed = alice.engine.state.manifest
        alice.run(alice.engine.fleet.remove("laptop"))
        world.advance(60)
        state, now = alice.engine.state, int(world.now)
        eve = DeviceEntry.of(DeviceKeys.draw(world.random), now)
        entries = [*state.manifest.entries, eve]
        ghost = Manifest.sign(state.signing, entries, now, after=state.manifest.head)
        made = Account(world, alice, desk, removed, ghost)
        assert made.copies() == {alice.engine.state.keys.mailbox}
        yield made


@pytest.mark.attack(
    "D02",
    "a list of ours that our own key signed gives nobody a copy unless the log names it",
    weaken=BY_WORD,
)
def test_a_ghost_in_no_log_gets_no_copy(account: Account) -> None:
    account.hears(lambda found: Found(account.ghost.encode(), (), found.proof))
    account.copies()
    assert account.ghost.hash != account.desk.engine.state.manifest.hash
    assert len(account.desk.engine.fleet.listed()) == 2


@pytest.mark.attack(
    "D02",
    "a list of ours that comes without a proof is none where there is a key log",
    weaken=BY_WORD,
)
def test_a_list_without_a_proof_is_none(account: Account) -> None:
    account.hears(lambda _: Found(account.ghost.encode(), (), None))
    assert account.copies() == set()
    assert len(account.desk.engine.fleet.listed()) == 2


def test_a_list_from_before_a_removal_and_no_list_give_nobody_a_copy_who_is_not_listed(
    account: Account,
) -> None:
    primary = {account.primary.engine.state.keys.mailbox}
    account.hears(lambda found: Found(account.removed.encode(), (), found.proof))
    assert account.copies() == primary  # what is handed out beside the proof is not looked at
    account.hears(lambda _: Refused(Refusal.BUSY, 60))
    assert account.copies() == set()  # it waits
    account.hears(lambda found: found)
    assert account.copies() == primary
    assert len(account.desk.engine.fleet.listed()) == 2


def tells(account: Account, manifest: Manifest) -> None:
    """The primary, or who took it over, says so to the desk, sealed."""
    telling = account.primary.engine.fleet.publishing._telling
    with account.primary.engine.state.change():
        telling.tell(Newest(manifest.encode()))
    account.world.advance(60)


@pytest.mark.attack(
    "D02",
    "a device that we only heard of gets no copy before the log names it",
    weaken={"doorless_client.core.own_devices.check_named": lambda *_: None},
)
def test_who_is_told_of_a_device_waits_for_the_log(account: Account) -> None:
    tells(account, account.ghost)
    assert len(account.desk.engine.fleet.listed()) == 3  # and an alarm says so
    assert account.copies() == set()


def test_who_is_told_of_a_removal_cuts_off_at_once(account: Account) -> None:
    state, world = account.primary.engine.state, account.world
    tablet = link(account.primary, "tablet")
    world.advance(700)
    assert tablet.engine.state.keys.mailbox in account.copies()
    left = [entry for entry in state.manifest.entries if entry.device != tablet.engine.me.device]
    with state.change():
        shorter = account.primary.engine.fleet.publishing.sign(left)
    tells(account, shorter)  # and nobody tells the relay
    assert len(account.desk.engine.fleet.listed()) == 2
    assert tablet.engine.state.keys.mailbox not in account.copies()


def convict(person: Person) -> None:
    """As after proof of two histories: what the log says is believed no more, for ever."""
    state = person.engine.state
    held = state.store.logs.get(state.own.relay)
    assert held is not None
    view = LogView.decode(held.view).freeze(b"two histories")
    with state.change():
        state.store.logs.put(Log(held.relay, view.encode(), held.checked))


@pytest.mark.attack(
    "D02",
    "nor where the log was convicted: the relay alone adds no device to the copies",
    weaken=BY_WORD,
)
@pytest.mark.parametrize("with_proof", [True, False])
def test_a_convicted_log_lets_the_relay_add_nobody(account: Account, with_proof: bool) -> None:
    convict(account.desk)
    account.hears(lambda found: Found(account.ghost.encode(), (), found.proof * with_proof or None))
    assert account.copies() == {account.primary.engine.state.keys.mailbox}
    assert len(account.desk.engine.fleet.listed()) == 2


def test_copies_go_on_as_our_own_devices_tell_once_the_log_was_convicted(account: Account) -> None:
    convict(account.desk)
    tablet = link(account.primary, "tablet")
    account.world.advance(60)
    primary, linked = (one.engine.state.keys.mailbox for one in (account.primary, tablet))
    assert account.copies() == {primary, linked}
    account.primary.run(account.primary.engine.fleet.remove("tablet"))
    account.world.advance(60)
    assert account.copies() == {primary}
