"""A conversation in which all that a message can carry occurs, for pictures of the screen."""

from msgspec import structs

from doorless_client.core.message_parts import FileState, FileView, QuoteView
from doorless_client.core.views import FOREVER, Message, State
from doorless_client.text import safe, safe_line
from doorless_lab.fake_engine import FakeEngine

MIB = 1024 * 1024


def enliven(engine: FakeEngine, ada: bytes, grace: bytes) -> None:
    """Add to what Ada and Grace said."""
    now = engine.now

    def said(text: str, ago: int, *, mine: bool = False, **parts: object) -> Message:
        state = State.READ if mine else None
        return engine.arrive(
            ada, text, at=now - ago, mine=mine, state=state, seen=True, quiet=True, **parts
        )

    sizes = said("Six sizes. A word and a paragraph look alike on the wire.", 1300, mine=True)
    said("So “ok” costs as much?", 1290, quote=engine.messages.quote(sizes))
    said("", 1200, file=FileView(safe_line("report.pdf"), MIB // 8, FileState.HERE, MIB // 8, True))
    dull = said("How dull the traffic looks: https://example.org/why", 1150, edited=1)
    engine.messages.react_as(dull, "🎉", mine=False)
    engine.messages.react_as(dull, "👍", mine=True)
    claim = QuoteView(safe_line("Ada Lovelace"), safe("we agreed on four"), False, None, False)
    said("She said so, not me", 1100, quote=claim, forwarded=True)
    said(
        "",
        60,
        mine=True,
        file=FileView(safe_line("demo.mp4"), 8 * MIB, FileState.MOVING, 5 * MIB, False),
    )
    gone = said("This message was deleted.", 50)
    engine.put(structs.replace(gone, deleted=True), quiet=True)
    said("See you then", 20, mine=True, lasts=3600, pinned=True)
    engine.change(ada, pinned=True, lasts=3600)
    engine.change(grace, muted_until=FOREVER, typing=True)
