"""What was said before a device was there: asked for piece by piece, from the primary.

    ask 0 ──► piece 0..31 ── ask 32 ──► piece 32..63 ──► … ──► the end

Who asks keeps how far it came, in the transaction that stores a piece: a crash or a lost
message costs one more question. A message is known by its id, and stored once. What the device
heard itself meanwhile stays behind what was said before. Spec: docs/spec/11-devices.md §5.6.
"""

from collections.abc import Callable

import msgspec

from doorless_client.core.contacts import Contacts
from doorless_client.core.conversations import Conversations
from doorless_client.core.order import order_of
from doorless_client.core.own_facts import OwnFacts
from doorless_client.core.present import FROM_ANOTHER
from doorless_client.core.state import State
from doorless_client.core.telling import Telling
from doorless_client.core.told_parts import ToldParts, size_of
from doorless_client.core.views import Kind, Standing
from doorless_client.core.views import State as Reach
from doorless_client.store.records import READ_ELSEWHERE, Contact, Entry, Late, Setting
from doorless_protocol.content import MAX_TEXT_BYTES
from doorless_protocol.own_content import MAX_PIECE_BYTES, MAX_SAID, Ask, Beside, Piece, Said

MAX_PAST = 1_000
"""Messages of one conversation that a new device is told: the newest ones."""

ASK_AGAIN = 600.0
"""Seconds without an answer after which the same piece is asked for again."""

_ROW = "past "


class Wanted(msgspec.Struct, frozen=True):
    """How far the history of one conversation came.

    Attributes:
        at: where the next piece begins, in the history of the primary.
        before: place of the first message that was heard here and not told; -1: none yet.
        stored: messages that were told, all before it.
    """

    at: int = 0
    before: int = -1
    stored: int = 0
    asked: float = 0.0


class Past:
    """All but the question runs inside a change.

    Attributes:
        parts: what messages have beside their words; core/talking.py puts it there.
        stored: called with a contact, an author and an id: of a message that is here now.
    """

    parts: ToldParts
    stored: Callable[[Contact, bytes, bytes], None]

    def __init__(
        self, state: State, conversations: Conversations, contacts: Contacts, telling: Telling
    ) -> None:
        self._state, self._store = state, state.store
        self._conversations, self._contacts, self._telling = conversations, contacts, telling

    # --- asking ------------------------------------------------------------------------------

    def want(self, contact: Contact) -> None:
        """Ask for all that was said with somebody whom another device of ours told of."""
        if not OwnFacts(self._store).primary:
            return  # we are it
        length = self._store.messages.length(contact.conversation)
        self._ask(contact.account, Wanted(before=0 if length else -1))

    def ask_on(self) -> None:
        """Go on where a connection, or this program, was cut."""
        now = self._state.clock()
        for account in self.unfinished():
            wanted = self._wanted(account)
            if wanted is not None and not 0 <= now - wanted.asked < ASK_AGAIN:
                self._ask(account, wanted)

    def unfinished(self) -> list[bytes]:
        """Accounts whose history did not come in full."""
        rows = self._store.settings.find()
        return [bytes.fromhex(row.name[len(_ROW) :]) for row in rows if row.name.startswith(_ROW)]

    def _ask(self, account: bytes, wanted: Wanted) -> None:
        asked = msgspec.structs.replace(wanted, asked=self._state.clock())
        self._put(account, asked)
        self._telling.tell(Ask(account, wanted.at), device=OwnFacts(self._store).primary)

    def take(self, piece: Piece) -> None:
        """Store a piece that was asked for; another one is passed over."""
        wanted, contact = self._wanted(piece.account), self._contacts.with_account(piece.account)
        if contact is None or wanted is None or piece.at != wanted.at:
            return
        for said in piece.said:
            wanted = self._store_said(contact, wanted, said)
        self._conversations.show_chat(contact)
        if piece.after >= piece.end or piece.after == piece.at:
            self._store.settings.drop(_ROW + piece.account.hex())
        else:
            self._ask(piece.account, msgspec.structs.replace(wanted, at=piece.after))

    def _store_said(self, contact: Contact, wanted: Wanted, said: Said) -> Wanted:
        account = self._state.account if said.mine else contact.account
        if self._store.messages.with_id(contact.conversation, said.id, account):
            return wanted
        place = self._store.messages.length(contact.conversation)
        if wanted.before < 0 and place > wanted.stored:
            wanted = msgspec.structs.replace(wanted, before=wanted.stored)
        if wanted.before >= 0:
            self._store.late.put(Late(contact.conversation, place, wanted.before, wanted.stored))
        row = Entry(
            conversation=contact.conversation,
            place=place,
            id=said.id,
            mine=said.mine,
            account=account,
            device=said.device,
            at=said.at,
            received=said.received,
            kind=Kind.TEXT.value,
            text=said.text,
            chars=len(said.text),
            state=told_state(said),
            note=FROM_ANOTHER,
        )
        self._store.messages.put(row)
        self.parts.take(contact, row, said.beside)
        self.stored(contact, account, said.id)
        return msgspec.structs.replace(wanted, stored=wanted.stored + 1)

    # --- answering ---------------------------------------------------------------------------

    def answer(self, device: bytes, account: bytes, at: int) -> None:
        """Tell a device of ours the piece that begins there; of nobody, an empty one."""
        contact = self._contacts.with_account(account)
        if contact is None or contact.standing == Standing.REQUEST.value:
            self._telling.tell(Piece(account, at, at, at, ()), device=device)
            return
        key = contact.conversation
        order = order_of(self._store, key)
        end = self._store.messages.length(key) - order.gone
        start = max(at, end - MAX_PAST)
        said, size, position = list[Said](), 0, start
        while position < end and len(said) < MAX_SAID and size < MAX_PIECE_BYTES:
            row = self._store.messages.get(key, order.place(position))
            position += 1
            if row is not None and is_told(row):
                beside = self.parts.tell(row)
                said.append(_said(row, beside, seen=row.place < contact.seen))
                size += len(row.text.encode()) + size_of(beside)
        after = max(position, at)
        self._telling.tell(Piece(account, at, after, max(end, after), tuple(said)), device=device)

    # --- rows --------------------------------------------------------------------------------

    def _wanted(self, account: bytes) -> Wanted | None:
        row = self._store.settings.get(_ROW + account.hex())
        return msgspec.msgpack.decode(row.value, type=Wanted) if row else None

    def _put(self, account: bytes, wanted: Wanted) -> None:
        value = msgspec.msgpack.encode(wanted)
        self._store.settings.put(Setting(_ROW + account.hex(), value))


def is_told(row: Entry) -> bool:
    """What was said and arrived: no notes of one device, and nothing that never left it."""
    return row.kind == Kind.TEXT.value and (not row.mine or row.state in ARRIVED)


SENT_STATES = (int(Reach.SENT), int(Reach.DELIVERED), int(Reach.READ))
ARRIVED = (*SENT_STATES, int(Reach.RECEIVED))
"""Of what is ours; a note to ourselves is received where it was written."""


def told_state(said: Said) -> int:
    """Ours: as far as it came. Theirs: read on another device, or not yet."""
    if said.mine:
        return said.state if said.state in SENT_STATES else int(Reach.SENT)
    return READ_ELSEWHERE if said.state == READ_ELSEWHERE else int(Reach.RECEIVED)


def _said(row: Entry, beside: Beside | None, *, seen: bool) -> Said:
    state = row.state if row.mine else READ_ELSEWHERE if seen else int(Reach.RECEIVED)
    text = row.text.encode()[:MAX_TEXT_BYTES].decode(errors="ignore")  # NFC can be three times that
    return Said(row.id, row.mine, row.device, row.at, row.received, text, state, beside)
