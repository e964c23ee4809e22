"""Three themes over one set of tokens.

Green is sealed and yours; amber is what the relay has. `quiet` is for what may be overlooked,
and still reads. Pairs that carry text reach a contrast of 4.5 to 1 (WCAG AA), in the
contrast theme 7 to 1 (AAA); the tests hold them to it.
"""

from textual.theme import Theme

DARK = Theme(
    name="doorless-dark",
    dark=True,
    primary="#4fd1b5",
    secondary="#7db4ff",
    accent="#f2b155",
    warning="#f2b155",
    error="#ff8078",
    success="#5fd38a",
    foreground="#e4e8ee",
    background="#0e1218",
    surface="#131922",
    panel="#1d2531",
    variables={
        "bubble-own": "#123f3a",
        "bubble-own-text": "#e6fffa",
        "bubble-own-meta": "#8fcabf",
        "bubble-peer": "#1e2733",
        "code-bg": "#0a0d12",
        "code": "#c3d4ea",
        "code-edge": "#8595a8",
        "quiet": "#93a0b2",
        "seal": "#4fd1b5",
        "seal-strong": "#6ff0d2",
        "seal-ink": "#06231e",
        "relay": "#f5bd6a",
        "relay-dim": "#b08a52",
        "relay-faint": "#6b573a",
        "relay-bg": "#15120d",
        "relay-sel": "#2e2412",
        "cursor-bg": "#26313f",
        "sel-bg": "#1f2a38",
        "border": "#4fd1b5",
        "border-blurred": "#2a3442",
        "avatar-ink": "#10131a",
        "footer-background": "#131922",
        "input-selection-background": "#4fd1b5 30%",
        "button-focus-text-style": "bold underline",
        "button-color-foreground": "#06231e",
        "scrollbar": "#2c3746",
        "scrollbar-background": "#0e1218",
        "scrollbar-hover": "#3b4a5e",
    },
)
LIGHT = Theme(
    name="doorless-light",
    dark=False,
    primary="#0b6e63",
    secondary="#1f5fbf",
    accent="#8a4b00",
    warning="#8a4b00",
    error="#b42318",
    success="#1a7a3c",
    foreground="#1b2129",
    background="#f6f4ef",
    surface="#ffffff",
    panel="#e9e5dc",
    variables={
        "bubble-own": "#c9ece5",
        "bubble-own-text": "#06302b",
        "bubble-own-meta": "#3a655e",
        "bubble-peer": "#e7e3da",
        "code-bg": "#fdfcf9",
        "code": "#23405c",
        "code-edge": "#5c6470",
        "quiet": "#5c6470",
        "seal": "#0b6e63",
        "seal-strong": "#00574d",
        "seal-ink": "#ffffff",
        "relay": "#7a3e00",
        "relay-dim": "#8a6234",
        "relay-faint": "#b79a72",
        "relay-bg": "#fbf1dd",
        "relay-sel": "#f3dfb8",
        "cursor-bg": "#dfe7ee",
        "sel-bg": "#e6efed",
        "border": "#0b6e63",
        "border-blurred": "#d5d0c4",
        "avatar-ink": "#ffffff",
        "footer-background": "#ffffff",
        "input-selection-background": "#0b6e63 25%",
        "button-focus-text-style": "bold underline",
        "button-color-foreground": "#ffffff",
        "scrollbar": "#cfc9bb",
        "scrollbar-background": "#f6f4ef",
        "scrollbar-hover": "#b3ab99",
    },
)
CONTRAST = Theme(
    name="doorless-contrast",
    dark=True,
    primary="#ffffff",
    secondary="#8fd0ff",
    accent="#ffd000",
    warning="#ffd000",
    error="#ffc8c4",
    success="#7dff9b",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#262626",
    variables={
        "bubble-own": "#003d35",
        "bubble-own-text": "#ffffff",
        "bubble-own-meta": "#d7fff6",
        "bubble-peer": "#2a2a2a",
        "code-bg": "#000000",
        "code": "#cfe6ff",
        "code-edge": "#d9d9d9",
        "quiet": "#d9d9d9",
        "seal": "#5cffdc",
        "seal-strong": "#5cffdc",
        "seal-ink": "#000000",
        "relay": "#ffd000",
        "relay-dim": "#ffe27a",
        "relay-faint": "#c9b25c",
        "relay-bg": "#000000",
        "relay-sel": "#4d3f00",
        "cursor-bg": "#003f7a",
        "sel-bg": "#003f7a",
        "border": "#ffffff",
        "border-blurred": "#8c8c8c",
        "avatar-ink": "#000000",
        "footer-background": "#000000",
        "input-selection-background": "#ffffff 35%",
        "button-focus-text-style": "bold underline",
        "button-color-foreground": "#000000",
        "scrollbar": "#8c8c8c",
        "scrollbar-background": "#000000",
        "scrollbar-hover": "#ffffff",
    },
)
THEMES = (DARK, LIGHT, CONTRAST)

TEXT_PAIRS = (
    ("foreground", "background"),
    ("foreground", "surface"),
    ("quiet", "background"),
    ("quiet", "surface"),
    ("quiet", "sel-bg"),
    ("quiet", "panel"),
    ("seal", "background"),
    ("seal", "surface"),
    ("seal", "relay-bg"),
    ("seal-ink", "seal"),
    ("bubble-own-text", "bubble-own"),
    ("bubble-own-meta", "bubble-own"),
    ("seal-strong", "bubble-own"),
    ("warning", "bubble-own"),
    ("error", "bubble-own"),
    ("foreground", "bubble-peer"),
    ("quiet", "bubble-peer"),
    ("code", "code-bg"),
    ("code-edge", "code-bg"),
    ("relay", "relay-bg"),
    ("relay-dim", "relay-bg"),
    ("relay", "relay-sel"),
    ("relay-bg", "relay"),
    ("error", "background"),
    ("error", "surface"),
    ("error", "sel-bg"),
    ("success", "surface"),
    ("warning", "surface"),
    ("foreground", "sel-bg"),
    ("foreground", "cursor-bg"),
    ("warning", "bubble-peer"),
    ("seal", "bubble-peer"),
    ("secondary", "background"),
    ("foreground", "panel"),
    ("seal", "panel"),
    ("seal", "sel-bg"),
)
"""Every pair of tokens that text is drawn with: ink, then ground."""


PREFIX = "doorless-"
"""What the toolkit's names of our themes begin with."""


def full_name(short: str) -> str:
    """As the toolkit calls it: "doorless-dark" for "dark"."""
    return PREFIX + short


def short_name(theme: Theme) -> str:
    """As people and settings call it: "dark", not "doorless-dark"."""
    return theme.name.removeprefix(PREFIX)


def token(theme: Theme, name: str) -> str:
    """A token's colour, whether the toolkit knows it or we added it."""
    value = theme.variables.get(name) or getattr(theme, name)
    return str(value)
