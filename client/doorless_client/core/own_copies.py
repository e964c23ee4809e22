"""What our other devices get: a copy of what was said, and notices, queued apart from the rest.

They leave after a delay of their own, in the order said, and into confirmed sessions alone: who
stole a prekey of ours could else begin a session as one of our devices, and be told everything.
Spec: docs/spec/11-devices.md §5.
"""

import msgspec

from doorless_client.core.devices import Devices
from doorless_client.core.drawn import between
from doorless_client.core.state import State
from doorless_client.core.unacknowledged import KEPT_FOR
from doorless_client.store.base import Store
from doorless_client.store.records import NOT_SAID, Contact, Outgoing
from doorless_protocol.content import (
    ACTS,
    NO_PREVIOUS,
    Anchor,
    AskAnchor,
    Body,
    Content,
    Control,
    OwnDevices,
    Profile,
    Receipt,
    Timer,
    Typing,
)
from doorless_protocol.keys import conversation_id

OWN_COPY_DELAY = (2.0, 30.0)
"""Seconds, least and most, before copies to our own devices: one burst would name the sender."""

CONFIRMED_ONLY = (Receipt, Typing, Profile, OwnDevices, Anchor, AskAnchor, *ACTS, Timer)
"""What nobody gets who has not read a reply yet. Spec: docs/spec/08-state.md §8."""


class OwnCopies:
    """All of it runs inside a change."""

    def __init__(self, state: State, devices: Devices) -> None:
        self._state, self._store, self._devices = state, state.store, devices

    def copy(self, item: Outgoing) -> None:
        """What was said to a contact, to be shown on our other devices as ours."""
        not_before = self._not_before()
        self._begin_sessions(not_before)
        copied = msgspec.structs.replace(
            item,
            number=next_number(self._store),
            account=self._state.account,
            confirmed_only=True,
            not_before=not_before,
        )
        self._store.outbox.put(copied)

    def note(self, contact: Contact, content: Content, place: int) -> None:
        """What the person said to themselves: for our other devices, if there are any."""
        if not self._devices.recipients(self._state.account):
            return
        not_before = self._not_before()
        self._begin_sessions(not_before)
        self._store.outbox.put(
            Outgoing(
                number=next_number(self._store),
                account=self._state.account,
                conversation=contact.conversation,
                device=b"",
                place=place,
                id=content.id,
                content=content.encode(),
                confirmed_only=True,
                not_before=not_before,
                expires=self._state.clock() + KEPT_FOR,
            )
        )

    def put(self, body: Body, device: bytes) -> None:
        """Queue `body` for one device, at once; or for all others, if there are any, in a while."""
        if not device and not self._devices.recipients(self._state.account):
            return
        not_before = self._state.clock() if device else self._not_before()
        if not isinstance(body, Control):
            self._begin_sessions(not_before)
        self._put(body, device, not_before)

    def expire(self) -> None:
        """Give up what a device of ours was not there for, in too long."""
        for item in self._store.outbox.find(account=self._state.account):
            if item.expires <= self._state.clock():
                self._store.copies.clear(number=item.number)
                self._store.outbox.drop(item.number)

    def _put(self, body: Body, device: bytes, not_before: float) -> None:
        ours, now = self._state.account, self._state.clock()
        content = Content.saying(
            body,
            id=self._state.random(16),
            counter=0,
            previous=NO_PREVIOUS,
            conversation=conversation_id(ours, ours),
            time=int(now * 1000),
        )
        item = Outgoing(
            number=next_number(self._store),
            account=ours,
            conversation=content.conversation,
            device=device,
            place=NOT_SAID,
            id=content.id,
            content=content.encode(),
            confirmed_only=isinstance(body, CONFIRMED_ONLY),
            not_before=not_before,
            expires=now + KEPT_FOR,
        )
        self._store.outbox.put(item)

    def _not_before(self) -> float:
        """A drawn delay; and nothing that is said to all of them later arrives earlier."""
        waiting = self._store.outbox.find(account=self._state.account, device=b"")
        latest = max((item.not_before for item in waiting), default=0.0)
        return max(self._state.clock() + between(*OWN_COPY_DELAY, self._state.random(4)), latest)

    def _begin_sessions(self, not_before: float) -> None:
        """With every device of ours that there is none with."""
        ours = self._state.account
        waiting = self._store.outbox.find(account=ours, confirmed_only=False)
        begun = {item.device for item in waiting}
        for entry in self._devices.recipients(ours):
            held = self._state.sessions.sending(ours, entry.device)
            if held is None and entry.device not in begun:
                self._put(Control(), entry.device, not_before)


def next_number(store: Store) -> int:
    """Above all that wait and all that are kept: those go back to their place."""
    last, kept = store.outbox.last(), store.unacknowledged.last()
    return 1 + max(last.number if last else 0, kept.number if kept else 0)
