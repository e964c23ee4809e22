"""What contacts tell each other of the key log, inside sealed messages: nobody can show them two.

    every text        80 bytes: the newest anchor, our own entry, and the one we sealed to
    once a day        the newest signed anchor, as a content of its own, after the first text
    on a conflict     the contact is asked for its own: two signed anchors are proof
    on another log    one of the two was told of a set-up of its own: that they settle themselves

Nothing here asks a relay for anything: what is ahead of us waits for the next drawn look.
Spec: docs/spec/08-state.md §14.5.
"""

from collections.abc import Sequence
from contextlib import suppress

import msgspec

from doorless_client.core.alarm_words import GHOST, OTHER_LOG, SPLIT, STRANGER
from doorless_client.core.answered import is_answered, note_answered
from doorless_client.core.api import LogProofError
from doorless_client.core.checked import entry_of, relay_and_label
from doorless_client.core.contacts import is_fresh
from doorless_client.core.drawn import between
from doorless_client.core.logs import Logs
from doorless_client.core.outbox import Outbox
from doorless_client.core.state import State
from doorless_client.core.trust import GHOST as OUR_GHOST
from doorless_client.core.trust import TrustKeeper
from doorless_client.core.views import Standing
from doorless_client.store.log_records import LogGossip
from doorless_client.store.records import Contact
from doorless_protocol.content import Anchor, AskAnchor
from doorless_protocol.errors import DoorlessError, ProofError
from doorless_protocol.log import gossip
from doorless_protocol.log.gossip import Anchors, Ours, Theirs
from doorless_protocol.log.view import LogView
from doorless_protocol.verification import LogAnchor

DAY = 86_400

TOLD_AFTER = (2.0, 30.0)
"""Seconds, least and most, from the first text of a day to our signed anchor: not one burst."""

THEIR_GHOST = (
    "this contact's own entry in the key log is not the one that you were shown: nothing is sent "
    "until you decide"
)


class Gossip:
    """Tells and hears. All of it runs inside a change, but for what it says of itself."""

    def __init__(self, state: State, outbox: Outbox, trust: TrustKeeper) -> None:
        self._state, self._store = state, state.store
        self._outbox, self._trust = outbox, trust
        self._logs = Logs(state)
        self._is_due = False

    # --- telling -----------------------------------------------------------------------------

    def tell(self, contact: Contact) -> None:
        """With the first text of a day: the newest anchor that we were shown, as signed."""
        if contact.standing != Standing.CONTACT.value:
            return
        row, today = self._row(contact), int(self._state.clock()) // DAY
        view = self._logs.view(entry_of(contact)[0])
        newest = view.newest_anchor if view is not None else None
        if view is None or newest is None or row.told == today:
            return
        self._store.log_gossip.put(msgspec.structs.replace(row, told=today))
        later = between(*TOLD_AFTER, self._state.random(4))
        signed = view.signed_anchor(newest.anchor_no).encode()
        self._outbox.say(contact, Anchor(signed), not_before=self._state.clock() + later)

    def answer(self, contact: Contact, asked: AskAnchor) -> None:
        """The anchor that they ask for, at most one a day: it is public, and costs an envelope.

        Of their relay's log, as every anchor that we name to them.
        """
        today, view = int(self._state.clock()) // DAY, self._logs.view(entry_of(contact)[0])
        if view is None or contact.standing != Standing.CONTACT.value:
            return
        if is_answered(self._store, contact.account, today):
            return
        try:
            signed = view.signed_anchor(asked.number).encode()
        except ProofError:
            return  # not among those that are kept
        note_answered(self._store, contact.account, today)
        self._outbox.say(contact, Anchor(signed))

    # --- hearing -----------------------------------------------------------------------------

    def hear(self, contact: Contact, said: bytes, *, looked_since: bool = False) -> None:
        """The 80 bytes of a text. What is ahead of us is kept for after the next look.

        Args:
            looked_since: heard again, and the look at our own entry between showed all of it.
        """
        if len(said) != gossip.GOSSIP_SIZE or said == gossip.EMPTY:
            return
        if not self._state.is_first(("gossip", contact.conversation, said, looked_since)):
            return  # a batch of messages says the same over and over
        home = self._state.own.relay
        if self._logs.view(home) is None:
            self._hear_of_a_log(contact, gossip.Gossip.decode(said))
            return
        named, view = self._named(said[: gossip.LOG_ID])
        relay, label = relay_and_label(contact, home)
        own, pin = self._logs.own() if named == home else None, self._logs.pin(relay, label)
        heard = gossip.hear(view, own, pin, said, looked_since=looked_since)
        told, is_other = gossip.Gossip.decode(said), heard.anchor is Anchors.OTHER_LOG
        if is_other:
            self._other_log(contact, home, told.log)
        theirs = Theirs.NONE if is_other and relay == home else heard.theirs  # of that log as well
        if heard.ours is Ours.GHOST:
            self._ghost(contact, told.your_version, told.your_head)
        if theirs is Theirs.CONFLICT:
            self._stranger(contact, relay, label, told.my_version, told.my_head)
        if heard.anchor is Anchors.CONFLICT:
            anchor = LogAnchor(told.log, told.anchor_no, told.anchor_hash)
            self._split(contact, named, anchor, AskAnchor(told.anchor_no))
        if theirs is Theirs.NEWER:
            self._look_before_sending(contact)
        kept = said if heard.is_open or theirs is Theirs.NEWER else b""
        row = self._row(contact)
        if row.heard != kept:
            self._store.log_gossip.put(msgspec.structs.replace(row, heard=kept))

    def _hear_of_a_log(self, contact: Contact, said: gossip.Gossip) -> None:
        """They follow a log of our relay, and to us the relay gives lookups without a proof.

        Only beside a look of a moment ago: a log that was begun since shows in the next one.
        """
        named = [view for _, view in self._logs.followed() if gossip.is_same_log(view, said.log)]
        home, (relay, _) = self._state.own.relay, entry_of(contact)
        just_looked = relay == home and is_fresh(contact, self._state.clock())
        if said.anchor_no and not named and just_looked:
            self._other_log(contact, home, said.log)

    def _named(self, log: bytes) -> tuple[str, LogView]:
        """The relay whose log this is, and what we hold of it; our own, if we follow none such.

        Who has us under another relay names that one's log: no harm, while we follow it as well.
        """
        ours, *others = self._may_be_named()
        return next((one for one in (ours, *others) if gossip.is_same_log(one[1], log)), ours)

    def _may_be_named(self) -> list[tuple[str, LogView]]:
        """The log of our own relay, and behind it those of other relays that we follow.

        Not another one that our relay showed by another address: two of one relay are the lie.
        """
        home = self._state.own.relay
        ours, *others = sorted(self._logs.followed(), key=lambda one: one[0] != home)
        origin = ours[1].config.origin
        return [ours, *(one for one in others if one[1].config.origin != origin)]

    def keep_anchor(self, contact: Contact, said: Anchor) -> None:
        """Their signed anchor, to be judged when the open change is durable."""
        kept = msgspec.structs.replace(self._row(contact), bundle=said.signed)
        self._store.log_gossip.put(kept)
        self._is_due = True

    def judge_due(self) -> None:
        """After a change: what came in it. In no change."""
        if self._is_due:
            self._is_due = False
            self.judge()

    def waiting(self) -> frozenset[tuple[bytes, bytes]]:
        """Who said what that was ahead of us: to be held against our next look at ourselves."""
        return frozenset((row.account, row.heard) for row in self._store.log_gossip.find())

    def judge(self, looked_since: frozenset[tuple[bytes, bytes]] = frozenset()) -> None:
        """What was ahead of us when it came may not be any more. In no change.

        Args:
            looked_since: what waited before a look at our own entry began that is done now.
                What came while it went on may be newer than what it was shown.
        """
        for row in self._store.log_gossip.find():
            for contact in self._store.contacts.find(account=row.account):
                if row.bundle:
                    self._compare(contact, row.bundle)
                if row.heard:
                    is_old = (row.account, row.heard) in looked_since
                    with self._state.change():
                        self.hear(contact, row.heard, looked_since=is_old)

    def _compare(self, contact: Contact, signed: bytes) -> None:
        """Another anchor than ours of the same number is proof; what does not verify is nothing."""
        found = Anchors.NONE
        if self._logs.view(self._state.own.relay) is not None:
            with suppress(DoorlessError, LogProofError):
                relay, view = self._named(gossip.log_of(signed))
                with self._logs.judging(relay, account=contact.account):
                    view.check_not_frozen()
                    found = gossip.compare_signed(view, signed)
        if found is not Anchors.AHEAD:
            with self._state.change():
                row = self._row(contact)
                self._store.log_gossip.put(msgspec.structs.replace(row, bundle=b""))

    # --- beside a safety number ----------------------------------------------------------------

    def to_show(self, contact: Contact) -> Sequence[LogAnchor]:
        """The newest anchor of their relay's log and of ours, as a code says them."""
        own = self._state.own.relay
        relays = {relay_and_label(contact, own)[0], own}
        held = [view for relay in relays if (view := self._logs.view(relay)) is not None]
        shown = [
            LogAnchor(gossip.log_id(view.config), newest.anchor_no, newest.hash)
            for view in held
            if (newest := view.newest_anchor) is not None
        ]
        return sorted(shown, key=lambda anchor: anchor.log)[:2]

    def compared(self, contact: Contact, theirs: Sequence[LogAnchor]) -> None:
        """What their screen holds: another anchor of a number that ours holds is a split.

        It shows at most our relay's log and theirs. One that is neither, where we follow both,
        is of another set-up. Of their relay's log they are not asked, but shown what we hold:
        whom one asks takes it for a question about one's own.
        """
        home, there = self._state.own.relay, entry_of(contact)[0]
        if self._logs.view(home) is None:
            return
        for relay, view in self._logs.followed():
            for one in theirs:
                ours = view.anchor(one.number) if gossip.is_same_log(view, one.log) else None
                if ours is not None and ours.hash != one.hash:
                    shown = Anchor(view.signed_anchor(one.number).encode())
                    is_theirs = relay == there != home
                    self._split(contact, relay, one, shown if is_theirs else AskAnchor(one.number))
        known = {gossip.log_id(view.config) for _, view in self._may_be_named()}
        others = [one for one in theirs if one.log not in known]
        if len(others) > (self._logs.view(there) is None):
            self._other_log(contact, home, b"".join(sorted(one.log for one in others)))

    # --- what it comes to --------------------------------------------------------------------

    def _ghost(self, contact: Contact, version: int, head: bytes) -> None:
        relay, shown = self._state.own.relay, version.to_bytes(4) + head
        if self._logs.alarms.raise_alarm(GHOST, relay, account=contact.account, shown=shown):
            self._stop(contact, OUR_GHOST)

    def _stranger(
        self, contact: Contact, relay: str, label: str, version: int, head: bytes
    ) -> None:
        account, shown = contact.account, version.to_bytes(4) + head
        if self._logs.alarms.raise_alarm(
            STRANGER, relay, label=label, account=account, shown=shown
        ):
            self._stop(contact, THEIR_GHOST)

    def _stop(self, contact: Contact, why: str) -> None:
        """Once for what was said: after the person decided, the same is no news."""
        current = self._store.contacts.get(contact.conversation)
        if current is not None:
            self._trust.contradict(current, why, offered=b"")

    def _split(
        self, contact: Contact, relay: str, theirs: LogAnchor, saying: Anchor | AskAnchor
    ) -> None:
        """Say, sealed, what makes a proof of it: they are asked for theirs, or shown ours."""
        row, today = self._row(contact), int(self._state.clock()) // DAY
        shown = theirs.number.to_bytes(4) + theirs.hash
        self._logs.alarms.raise_alarm(SPLIT, relay, account=contact.account, shown=shown)
        if row.asked != today:
            self._store.log_gossip.put(msgspec.structs.replace(row, asked=today))
            self._outbox.say(contact, saying)

    def _other_log(self, contact: Contact, relay: str, logs: bytes) -> None:
        """Told, and nothing more: no signature tells which of the two is shown to one alone.

        It is a contact's word, and so it is where the relay was set up anew in between. So it
        stops no sending, freezes no log, and says of nobody that they lie.
        """
        self._logs.alarms.raise_alarm(OTHER_LOG, relay, account=contact.account, shown=logs)

    def _look_before_sending(self, contact: Contact) -> None:
        """They have devices that we do not know of: looked up before anything but a control."""
        current = self._store.contacts.get(contact.conversation)
        if current is not None and current.looked_up:
            self._store.contacts.put(msgspec.structs.replace(current, looked_up=0.0))

    def _row(self, contact: Contact) -> LogGossip:
        return self._store.log_gossip.get(contact.account) or LogGossip(contact.account)
