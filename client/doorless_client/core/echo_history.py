"""What was said to Echo and what it answered, as it is shown. Nothing of it comes late."""

from collections.abc import Sequence

from doorless_client.core.message_parts import QuoteView, ReactionView
from doorless_client.core.parts import excerpt
from doorless_client.core.views import Kind, Message, State
from doorless_client.store.base import Store
from doorless_client.store.echo_records import EchoSaid
from doorless_client.text import SafeText, safe, safe_line

NAME = SafeText("Echo")
ADDRESS = SafeText("on this computer")


class EchoHistory:
    """api.History of the conversation with Echo. Once that is forgotten, an empty one."""

    def __init__(self, store: Store, conversation: bytes, our_address: str) -> None:
        self._store, self._conversation, self._ours = store, conversation, our_address

    def __len__(self) -> int:
        newest = self._store.echo_said.last()
        return newest.place + 1 if newest else 0

    def slice(self, start: int, stop: int) -> Sequence[Message]:
        rows = map(self._store.echo_said.get, range(max(start, 0), min(stop, len(self))))
        return [self.shown(row) for row in rows if row is not None]

    def lengths(self, chunk: int) -> Sequence[int]:
        sizes = [len(row.text) for row in self._store.echo_said.find()]
        return [sum(sizes[at : at + chunk]) for at in range(0, len(sizes), chunk)]

    def first_unread(self) -> int | None:
        return next((one.position for one in self.unread()), None)

    def unread(self) -> Sequence[Message]:
        row = self._store.echo.get(1)
        seen = row.seen if row else 0
        return [one for one in self.slice(seen, len(self)) if not one.mine]

    def shown(self, row: EchoSaid) -> Message:
        return Message(
            position=row.place,
            id=row.id,
            conversation=self._conversation,
            mine=row.mine,
            sender=safe_line(self._ours) if row.mine else NAME,
            device=row.device,
            at=row.at,
            received=row.received,
            kind=Kind.TEXT,
            text=safe(row.text),
            state=State(row.state),
            quote=self._quote(row),
            reactions=self._reactions(row),
        )

    def _quote(self, row: EchoSaid) -> QuoteView | None:
        answered = self._store.echo_said.get(row.quoting)
        if answered is None:
            return None
        who = safe_line(self._ours) if answered.mine else NAME
        words = excerpt(answered.text)
        return QuoteView(who, words, answered.mine, answered.place, known=True)

    def _reactions(self, row: EchoSaid) -> tuple[ReactionView, ...]:
        if not row.emoji:
            return ()
        return (ReactionView(safe_line(row.emoji), mine=True, by=safe_line(self._ours)),)
