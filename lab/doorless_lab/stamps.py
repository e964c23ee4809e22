"""How outcomes and seats are written: a sign and a word each, so that no face needs a colour."""

from typing import Final

from doorless_lab.scenario import Outcome, Product, Seat, Tone
from doorless_lab.words import Words, same

SIGNS: Final = {
    Outcome.PREVENTED: "✔",
    Outcome.DETECTED: "◉",
    Outcome.HEALED: "↻",
    Outcome.LIMITED: "◐",
    Outcome.EXPOSED: "✖",
}

INVALID_SIGN: Final = "?"

WORDS: Final = {
    Outcome.PREVENTED: Words("VERHINDERT", "PREVENTED"),
    Outcome.DETECTED: Words("ENTDECKT", "DETECTED"),
    Outcome.HEALED: Words("GEHEILT", "HEALED"),
    Outcome.LIMITED: Words("BEGRENZT, NICHT VERHINDERT", "REDUCED, NOT PREVENTED"),
    Outcome.EXPOSED: Words("NICHT VERHINDERT", "NOT PREVENTED"),
}

INVALID: Final = Words("UNGÜLTIG: der Beleg fehlt", "INVALID: the evidence is missing")

SEATS: Final = {
    Seat.ALICE: same("Alice"),
    Seat.BOB: same("Bob"),
    Seat.CAROL: same("Carol"),
    Seat.RELAY: Words("Betreiber", "Operator"),
    Seat.AGENCY: Words("Behörde", "Agency"),
    Seat.MALLORY: same("Mallory"),
    Seat.PUBLIC: Words("Öffentlichkeit", "Public"),
}

TONES: Final = {
    Tone.PLAIN: " ",
    Tone.SAID: "»",
    Tone.SEALED: "▒",
    Tone.HELD: "■",
    Tone.MISSING: "□",
    Tone.ALARM: "!",
    Tone.REFUSED: "✗",
}

PRODUCTS: Final = {
    Product.E2EE: Words("doorless, wie es ausgeliefert wird", "doorless as it ships"),
    Product.CLOUD: Words(
        "Vergleich: ein Dienst, der mitlesen kann", "control: a service that can read"
    ),
    Product.MANDATED: Words(
        "doorless mit der verlangten Hintertür (nur im Labor)",
        "doorless with the door that was demanded (in the lab alone)",
    ),
    Product.LEGACY: Words("Vergleich: ohne diese Abwehr", "control: without this defence"),
}
