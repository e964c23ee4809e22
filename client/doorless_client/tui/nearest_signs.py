"""For a terminal that shows ASCII alone: what comes nearest to the toolkit's frames, and to signs
in our sentences. Each is one cell wide, and so is what takes its place.
"""

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from doorless_client.marks import COVER

_NEAREST = str.maketrans(
    {
        **dict.fromkeys("╭╮╰╯┌┐└┘├┤┬┴┼", "+"),
        **dict.fromkeys("─━╌═", "-"),
        **dict.fromkeys("│┃║", "|"),
        **dict.fromkeys("▁▔▂▎▏▊▌▐█▀▄", " "),
        **dict.fromkeys("“”„", '"'),
        COVER: "#",
        **{"↑": "^", "↓": "v", "←": "<", "→": ">", "…": ".", "·": "-", "•": "*"},
    }
)


class NearestSigns(LineFilter):
    """Draws nothing that is a riddle there; letters of whatever language stay as they are."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        del background
        return [
            Segment(text.translate(_NEAREST), style, control) if control is None else one
            for one in segments
            for text, style, control in (one,)
        ]
