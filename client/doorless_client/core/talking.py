"""All that is said and done with messages, put together for the engine and its upkeep."""

from contextlib import suppress

from doorless_client.core import settings
from doorless_client.core.acts import Acts
from doorless_client.core.contacts import Contacts
from doorless_client.core.conversations import Conversations
from doorless_client.core.devices import Devices
from doorless_client.core.fading import Fading
from doorless_client.core.fleet import Fleet
from doorless_client.core.gossip import Gossip
from doorless_client.core.hearing import Hearing
from doorless_client.core.introductions import Introductions
from doorless_client.core.message_sync import MessageSync
from doorless_client.core.outbox import Outbox
from doorless_client.core.reading import Reading
from doorless_client.core.receipts import Receipts
from doorless_client.core.sayings import Sayings
from doorless_client.core.sealings import Sealings
from doorless_client.core.state import Clock, State
from doorless_client.core.steady import Steady
from doorless_client.core.sweeping import Sweeping
from doorless_client.core.telling import Telling
from doorless_client.core.timers import Timers
from doorless_client.core.told_parts import ToldParts
from doorless_client.store.base import StoreError
from doorless_client.store.records import Contact


class Talking:
    """Attributes:
    sayings: what the person says and does; hearing: what others did; reading: what was seen.
    fading: what disappears; sweeping: how that goes; timers: how long messages last.
    """

    def __init__(
        self,
        state: State,
        conversations: Conversations,
        contacts: Contacts,
        devices: Devices,
        outbox: Outbox,
        introductions: Introductions,
        receipts: Receipts,
        fleet: Fleet,
        gossip: Gossip,
        uptime: Clock,
    ) -> None:
        self._state = state
        steady = Steady(state.store, state.clock, uptime)
        self.fading = Fading(state, conversations, steady)
        self.sweeping = Sweeping(state, conversations, self.fading, uptime)
        conversations.begin_fading = self.fading.begin
        conversations.parts.until = steady.on_the_computer
        acts = Acts(state, conversations)
        self.timers = Timers(state, conversations, outbox)
        self.sync = MessageSync(
            state, conversations, contacts, Telling(outbox), self.fading, self.timers
        )
        fleet.sync.messages = self.sync
        fleet.sync.past.parts = ToldParts(state, self.fading)
        self.sayings = Sayings(
            state,
            conversations,
            contacts,
            outbox,
            fleet,
            gossip,
            acts,
            self.timers,
            self.fading,
            Sealings(state, devices),
            self.sync,
        )
        self.reading = Reading(state, conversations, receipts, fleet, self.fading)
        self.hearing = Hearing(
            state,
            conversations,
            contacts,
            introductions,
            receipts,
            fleet,
            gossip,
            acts,
            self.timers,
        )
        fleet.sync.past.stored = self.hearing.do_waiting

    def open(self) -> None:
        """What disappeared while this was closed is gone before anybody looks."""
        with suppress(StoreError):  # a full disk: as soon as there is room
            self.sweeping.hide()
        self.sweep()

    def sweep(self) -> None:
        """Let go what is to go, as far as that is quick; the rest by the clock."""
        with suppress(StoreError):
            self.sweeping.step()

    def begin(self, contact: Contact) -> None:
        """A conversation begins, or is taken up. Inside a change."""
        if not self._state.store.messages.find(conversation=contact.conversation, mine=True):
            self.timers.begin(contact, settings.load(self._state.store).lasts)

    # --- by the clock ------------------------------------------------------------------------

    def tick(self) -> None:
        self.sweeping.step()

    def next_time(self) -> float | None:
        return self.sweeping.next_time()

    def expire(self) -> None:
        """Inside a change, now and then."""
        self.hearing.expire()
