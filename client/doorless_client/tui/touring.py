"""Which message is followed, and how X-ray stands beside it meanwhile."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from doorless_client.core.api import Engine, RefusedError
from doorless_client.core.message_parts import Sealing
from doorless_client.core.views import Chat, Kind, Message
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.journey import Traveller, journey
from doorless_client.tui.screens.tour import Tour

if TYPE_CHECKING:
    from doorless_client.tui.screens.main import MainScreen

LOOKED_AT = 256
"""Newest messages of a conversation among which one to follow is looked for."""

NOTHING_YET = "There is no message to follow yet: write one, to anybody or to Echo."


def follow(screen: "MainScreen", engine: Engine, glyphs: Glyphs) -> None:
    """Show the way of the picked message, or of the newest that has an envelope."""
    log, opened = screen.conversation.messages, screen.conversation.chat
    picked = log.picked
    found = None
    if opened is not None and picked is not None and log.timeline is not None:
        found = _traveller(engine, opened, log.timeline[picked])
    found = found or newest(engine, opened)
    if found is None:
        screen.app.notify(NOTHING_YET, markup=False)
        return
    before = screen.xray
    screen.xray = "side"
    if opened is not None and found.chat.conversation == opened.conversation:
        log.picked = found.message.position

    def restore(_: None) -> None:
        screen.xray = before
        log.picked = picked

    screen.app.push_screen(Tour(journey(found, glyphs)), restore)


def newest(engine: Engine, opened: Chat | None) -> Traveller | None:
    """In the conversation that is open one of ours, else any; else one to or from Echo."""
    echoes = [chat for chat in engine.chats() if chat.echo]
    for chat in [*([opened] if opened else []), *echoes]:
        history = engine.history(chat.conversation)
        count = len(history)
        messages = list(history.slice(max(0, count - LOOKED_AT), count))
        for message in sorted(messages, key=lambda one: (one.mine, one.position), reverse=True):
            if (found := _traveller(engine, chat, message)) is not None:
                return found
    return None


def _traveller(engine: Engine, chat: Chat, message: Message) -> Traveller | None:
    """None: it is no text, or nothing of it went anywhere."""
    if message.kind is not Kind.TEXT or message.deleted:
        return None
    (wire,) = engine.wire([message])
    if wire is None or not wire.size:
        return None
    return Traveller(message, chat, wire, _sealings(engine, message, stays=wire.stays))


def _sealings(engine: Engine, message: Message, *, stays: bool) -> Sequence[Sealing]:
    if stays or not message.mine:
        return ()
    try:
        return engine.messages.sealings(message)
    except RefusedError:
        return ()
