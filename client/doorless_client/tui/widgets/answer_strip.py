"""What is being answered or edited, over the composer."""

from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.message import Message as Told
from textual.reactive import reactive
from textual.strip import Strip

from doorless_client.marks import veiled
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.outgoing import Answering
from doorless_client.tui.widgets.styled import Styled
from doorless_client.tui.wrapping import in_a_sentence, shorten


class AnswerStrip(Styled):
    """One line. A click on it gives up, as Esc does."""

    PREFIX = "answer-strip"
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"answer-strip--{name}" for name in ("mark", "what", "words")
    }

    answering: reactive[Answering | None] = reactive(None)

    class Dropped(Told):
        """It is to be a message of its own after all."""

    def __init__(self, glyphs: Glyphs, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs

    def watch_answering(self, answering: Answering | None) -> None:
        self.display = answering is not None

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(self.Dropped())

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.style()
        if self.answering is None or y:
            return Strip.blank(width, base)
        message = self.answering.message
        who = "yourself" if message.mine else in_a_sentence(self.answering.name)
        what = "Edit" if self.answering.edits else f"Reply to {who}"
        end = "Esc "
        of = veiled(message.text) or (message.file.name if message.file is not None else "")
        room = max(0, width - len(what) - len(end) - 6)
        words = shorten(" ".join(of.split()), room, self._glyphs.ellipsis)
        left = Strip(
            [
                Segment(f" {self._glyphs.bar} ", base + self.part("mark")),
                Segment(f"{what}  ", base + self.part("what")),
                Segment(words, base + self.part("words")),
            ]
        ).adjust_cell_length(max(0, width - len(end)), base)
        line = Strip.join([left, Strip([Segment(end, base + self.part("words"))])])
        return line.adjust_cell_length(width, base)
