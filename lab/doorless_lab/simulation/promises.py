"""What must hold whatever the network does and whenever a program ends."""

from collections.abc import Iterable, Sequence

from doorless_client.core.views import Kind, Message, Notice
from doorless_client.store.base import Store
from doorless_lab.world_person import Person
from doorless_protocol.session import Session

MAX_LATE = 2000
"""Keys of late messages that one session holds. protocol.md 4, docs/spec/04-ratchet.md."""


class PromiseError(AssertionError):
    """A promise of the design did not hold; the message says which, and for whom."""


def check_shown(said: Sequence[str], messages: Iterable[Message], whose: str) -> None:
    """While messages are under way: nothing is shown twice, or that was never said."""
    shown = heard(messages)
    twice = {text for text in shown if shown.count(text) > 1}
    if twice:
        raise PromiseError(f"{whose}: shown twice: {sorted(twice)}")
    if made_up := set(shown) - set(said):
        raise PromiseError(f"{whose}: shown, and never said: {sorted(made_up)}")


def check_everything_arrived(said: Sequence[str], messages: Sequence[Message], whose: str) -> None:
    """Once the network is whole: nothing lost, in the order said, and no gap left open."""
    check_nothing_lost(said, messages, whose)
    shown = heard(messages)
    if shown != list(said):
        raise PromiseError(f"{whose}: not in the order said: {shown}")
    if gaps := [message.gap for message in messages if message.gap]:
        raise PromiseError(f"{whose}: still shown as missing: {gaps}")


def check_nothing_lost(said: Sequence[str], messages: Sequence[Message], whose: str) -> None:
    shown = heard(messages)
    if lost := [text for text in said if text not in shown]:
        raise PromiseError(f"{whose}: lost: {lost}")


def heard(messages: Iterable[Message]) -> list[str]:
    return [one.text for one in messages if not one.mine and one.kind is Kind.TEXT]


def check_converged(one: Person, other: Person) -> None:
    """Both seal in one and the same session, and each knows who the other is."""
    ours, theirs = sending(one, other), sending(other, one)
    whose = f"{one.handle} and {other.handle}"
    if ours is None or theirs is None or ours.id != theirs.id:
        raise PromiseError(f"{whose}: they do not send in one session")
    if not (ours.confirmed and theirs.confirmed):
        raise PromiseError(f"{whose}: the session that sends is not confirmed")


def sending(one: Person, other: Person) -> Session | None:
    them = other.engine.me
    return one.engine.state.sessions.sending(them.account, them.device)


def is_stale(store: Store, other: Store) -> bool:
    """Whether `other`, a copy of the same profile, signed in for certain after `store` did."""
    (ours,), (theirs,) = store.own.find(), other.own.find()
    settled = theirs.incarnation == theirs.next_incarnation and not theirs.frozen
    return settled and theirs.incarnation > max(ours.incarnation, ours.next_incarnation)


def check_stopped(person: Person) -> None:
    """An older copy of a profile that signs in sends nothing, and its person is told why."""
    if not person.engine.is_frozen:
        raise PromiseError(f"{person.handle}: an older copy of the profile goes on")
    if not any(isinstance(event, Notice) and event.halts for event in person.shown):
        raise PromiseError(f"{person.handle}: nobody was told of the copy")


def check_bounded(person: Person) -> None:
    """What a peer can make a device keep stays bounded."""
    for session in person.engine.state.sessions.newest_first():
        if session.late > MAX_LATE:
            raise PromiseError(f"{person.handle}: {session.late} keys of late messages")


def check_at_rest(person: Person) -> None:
    """Nothing waits: not here, and not for this device at the relay."""
    if person.engine.waiting or person.store.copies.find():
        raise PromiseError(f"{person.handle}: something never left")
    if person.mail():
        raise PromiseError(f"{person.handle}: the relay was never told that something arrived")


def check_hidden(texts: Iterable[str], envelope: bytes) -> None:
    """What leaves does not hold what was said."""
    for text in texts:
        if text.encode() in envelope:
            raise PromiseError("plaintext on the wire")
