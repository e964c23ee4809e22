"""What a fake engine does with messages: core.message_api, over lists."""

from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

from msgspec import structs

from doorless_client.core.api import RefusedError
from doorless_client.core.message_parts import QuoteView, ReactionView, Sealing, Version
from doorless_client.core.views import Message, MessagesGone, State
from doorless_client.text import NOTHING, safe, safe_line

if TYPE_CHECKING:
    from doorless_lab.fake_engine import FakeEngine

DELETED = "This message was deleted."


class FakeMessages:
    """Changes messages at once, and tells."""

    def __init__(self, engine: "FakeEngine") -> None:
        self._engine = engine
        self._versions: dict[bytes, list[Version]] = {}

    def quote(self, message: Message, *, known: bool = True) -> QuoteView:
        """What an answer to `message` shows of it."""
        text = safe(message.text[:160])
        position = message.position if known else None
        return QuoteView(message.sender, text, message.mine, position, known)

    def react_as(self, message: Message, emoji: str, *, mine: bool) -> None:
        """One of the two reacts; "" takes it back."""
        now = self._engine.history(message.conversation).find(message.id)
        others = tuple(one for one in now.reactions if one.mine is not mine)
        by = safe_line(self._engine.me.address) if mine else now.sender
        own = (ReactionView(safe_line(emoji), mine, by),) if emoji else ()
        self._engine.put(structs.replace(now, reactions=others + own))

    # --- MessageActions ------------------------------------------------------------------------

    async def react(self, message: Message, emoji: str) -> None:
        self.react_as(message, emoji, mine=True)

    async def edit(self, message: Message, text: str) -> None:
        now = self._engine.history(message.conversation).find(message.id)
        if not now.mine or now.deleted or now.file is not None:
            raise RefusedError("Only your own words can be edited.")
        if not text.strip():
            raise RefusedError("There is nothing to say.")
        self._versions.setdefault(message.id, []).append(Version(now.text, now.at))
        self._engine.put(structs.replace(now, text=safe(text), edited=now.edited + 1))

    async def delete(self, message: Message, *, everyone: bool) -> None:
        history = self._engine.history(message.conversation)
        now = history.find(message.id)
        if everyone:
            if not now.mine:
                raise RefusedError("Only what you said can be deleted for everyone.")
            gone = structs.replace(now, text=safe(DELETED), deleted=True, quote=None, reactions=())
            self._engine.put(structs.replace(gone, file=None))
            return
        history.remove(now)
        self._engine.tell(MessagesGone(message.conversation))

    async def forward(self, message: Message, to: bytes) -> Message:
        return self._engine.arrive(
            to, message.text, mine=True, state=State.SENT, forwarded=True, file=message.file
        )

    async def pin(self, message: Message, pinned: bool) -> None:
        now = self._engine.history(message.conversation).find(message.id)
        self._engine.put(structs.replace(now, pinned=pinned))

    async def retry(self, message: Message) -> Message:
        if message.state is not State.FAILED:
            raise RefusedError("It did not fail.")
        return await self._engine.send(message.conversation, message.text)

    async def cancel(self, message: Message) -> None:
        if message.state is not State.WAITING:
            raise RefusedError("The relay has it already. It can be deleted for everyone.")
        self._engine.put(structs.replace(message, state=State.FAILED, note=safe_line("cancelled")))

    async def set_timer(self, conversation: bytes, seconds: int) -> None:
        self._engine.change(conversation, lasts=seconds)

    def versions(self, message: Message) -> Sequence[Version]:
        return list(self._versions.get(message.id, ()))

    def sealings(self, message: Message) -> Sequence[Sealing]:
        if not message.mine:
            return []
        devices = [(b"theirs" + message.conversation, NOTHING, False), (b"ours", NOTHING, True)]
        return [
            Sealing(
                sha256(seed).digest()[:16],
                name,
                own,
                sha256(b"mailbox" + seed).digest()[:16],
                self._engine.wire_size(message.conversation, message.text),
                message.state is not State.WAITING,
            )
            for seed, name, own in devices
        ]

    def pinned(self, conversation: bytes) -> Sequence[Message]:
        return [one for one in self._engine.history(conversation).messages if one.pinned]
