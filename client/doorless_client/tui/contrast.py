"""How well an ink stands out from its ground: WCAG 2.2's ratio, 1 to 21."""

from textual.color import Color

TEXT = 4.5
"""To one: what text needs by level AA. Spec: WCAG 2.2, 1.4.3."""

BARELY = 3.0
"""To one: below this nobody reads it, and a warning drawn so is hidden. WCAG 2.2, 1.4.11."""


def contrast(ink: str, ground: str) -> float:
    """Of two opaque colours."""
    light, dark = sorted(
        (_luminance(Color.parse(ink)), _luminance(Color.parse(ground))), reverse=True
    )
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: Color) -> float:
    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(color.r) + 0.7152 * linear(color.g) + 0.0722 * linear(color.b)
