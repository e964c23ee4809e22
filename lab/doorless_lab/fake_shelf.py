"""How a fake engine's chats are arranged and found: core.shelf_api, over lists."""

import re
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

from doorless_client.core.shelf_api import Found
from doorless_client.core.views import Chat, Kind
from doorless_client.text import safe_line

if TYPE_CHECKING:
    from doorless_lab.fake_engine import FakeEngine


class FakeShelf:
    """Changes chats at once, and tells."""

    def __init__(self, engine: "FakeEngine") -> None:
        self._engine = engine

    async def pin(self, conversation: bytes, pinned: bool) -> None:
        self._engine.change(conversation, pinned=pinned)

    async def mute(self, conversation: bytes, until: int) -> None:
        self._engine.change(conversation, muted_until=until)

    async def archive(self, conversation: bytes, archived: bool) -> None:
        self._engine.change(conversation, archived=archived)

    async def mark_unread(self, conversation: bytes, unread: bool) -> None:
        self._engine.change(conversation, marked_unread=unread)

    async def rename(self, conversation: bytes, name: str) -> None:
        chat = self._engine.chat(conversation)
        self._engine.change(conversation, name=safe_line(name or chat.address.split("@")[0]))

    async def note_to_self(self) -> Chat:
        for chat in self._engine.chats():
            if chat.note_to_self:
                return chat
        conversation = self._engine.person("Note to self")
        self._engine.change(conversation, note_to_self=True)
        return self._engine.chat(conversation)

    def search(
        self, words: str, conversation: bytes | None = None, *, at_most: int = 200
    ) -> Sequence[Found]:
        wanted = [re.compile(re.escape(word), re.IGNORECASE) for word in words.split()]
        hits = []
        for chat in self._engine.chats():
            if conversation not in (None, chat.conversation):
                continue
            for message in self._engine.history(chat.conversation).messages:
                spans = [[hit.span() for hit in one.finditer(message.text)] for one in wanted]
                if wanted and all(spans) and message.kind is Kind.TEXT:
                    hits.append(Found(message, chat, tuple(sorted(chain.from_iterable(spans)))))
        hits.sort(key=lambda hit: (hit.message.received, hit.message.position), reverse=True)
        return hits[:at_most]
