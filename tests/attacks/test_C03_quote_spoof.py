"""C03: somebody quotes what was never said."""

import pytest

from doorless_client.core.message_parts import QuoteView
from doorless_client.text import safe, safe_line
from doorless_client.tui.densities import LAYOUTS
from doorless_client.tui.glyphs import UNICODE
from doorless_client.tui.inside import NOT_HERE, OTHERWISE
from doorless_client.tui.rows import text_of
from doorless_lab.fake_engine import FakeEngine

NOW = 1_800_023_490


def drawn(quote: QuoteView, density: str) -> str:
    engine = FakeEngine(NOW)
    bob = engine.person("Bob")
    engine.arrive(bob, "first", quiet=True)
    message = engine.arrive(bob, "so you said", quiet=True, quote=quote)
    rows = LAYOUTS[density](80, UNICODE, lambda: NOW).rows(message, None)
    return "\n".join(map(text_of, rows))


@pytest.mark.attack(
    "C03",
    "words that only their sender says were said are marked, in every way to draw them",
    weaken={"doorless_client.tui.inside.doubt": lambda quote: ""},
)
@pytest.mark.parametrize("density", LAYOUTS)
def test_a_claimed_quote_is_marked(density: str) -> None:
    forged = QuoteView(safe_line("Alice"), safe("I quit"), True, None, known=False)
    assert NOT_HERE in drawn(forged, density)
    changed = QuoteView(safe_line("Alice"), safe("I knit"), True, 0, known=True, differs=True)
    assert OTHERWISE in drawn(changed, density)
    honest = QuoteView(safe_line("Alice"), safe("I knit"), True, 0, known=True)
    assert NOT_HERE not in drawn(honest, density)
    assert OTHERWISE not in drawn(honest, density)
