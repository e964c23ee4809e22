"""Why an item is given, or not: each reason code in words. Spec: docs/spec/19-demands.md §6."""

from collections.abc import Mapping
from typing import Final

from doorless_server.demands.entries import Reason
from doorless_server.demands.texts import Text

PLAIN: Final[Mapping[Reason, Text]] = {
    "PRODUCED": Text("Liegt bei.", "Produced."),
    "NOT_HELD_NEVER_COLLECTED": Text(
        "Nicht vorhanden: wird nie erhoben. Die Datenbank hat keine Spalte dafür.",
        "Not held: never collected. The database has no column for it.",
    ),
    "NOT_HELD_DELETED": Text(
        "Nicht mehr vorhanden: gelöscht.",
        "Not held any more: deleted.",
    ),
    "HELD_CIPHERTEXT_ONLY": Text(
        "Nur als Geheimtext vorhanden; so, wie er daliegt, liegt er bei. Der Betreiber kann ihn"
        " nicht öffnen.",
        "Held as ciphertext alone, and produced as it is held. The operator cannot open it.",
    ),
    "NOT_AUTHORISED_BY_INSTRUMENT": Text(
        "Von dieser Anordnung nicht gedeckt.",
        "Not authorised by this instrument.",
    ),
    "NO_SUCH_ACCOUNT": Text(
        "Unter dieser Kennung gibt es hier niemanden.",
        "There is nobody here under this identifier.",
    ),
    "OVERBROAD": Text(
        "Zu weit: es wird niemand Bestimmtes genannt.",
        "Overbroad: nobody in particular is named.",
    ),
    "WOULD_REQUIRE_CLIENT_CHANGE": Text(
        "Am Relay unmöglich: es bräuchte andere Programme auf den Geräten der Menschen.",
        "Impossible at the relay: it would take other programs on people's devices.",
    ),
    "CONFLICT_OF_LAWS": Text(
        "Das Recht des Landes, in dem der Betreiber sitzt, erlaubt die Herausgabe auf diesem Weg"
        " nicht.",
        "The law of the country where the operator is established does not allow it this way.",
    ),
    "FORGED_OR_UNVERIFIED": Text(
        "Die Anordnung ist gefälscht oder ihre Herkunft nicht bestätigt.",
        "The demand is forged, or nobody confirmed where it comes from.",
    ),
}

VOLUNTARY: Final = Text(
    "Das Ersuchen verpflichtet zu nichts; der Betreiber gibt freiwillig nichts heraus.",
    "The request compels nothing, and the operator volunteers nothing.",
)
VOLUNTEERED: Final = Text(
    "Freiwillig herausgegeben, im Glauben an die geschilderte Gefahr.",
    "Given voluntarily, believing in the danger that was described.",
)
PRESERVED: Final = Text(
    "Gesichert, nicht herausgegeben: dafür bedarf es einer eigenen Anordnung.",
    "Preserved, not disclosed: that takes a demand of its own.",
)
NOT_FILED: Final = Text(
    "Nicht vorhanden: hier ist nichts unter einer solchen Kennung abgelegt.",
    "Not held: nothing here is filed under such an identifier.",
)
OF_NOBODY: Final = Text(
    "Das wird nie erhoben: in keiner Zeile steht, zu wem sie gehört. Darum lässt sich zu einer"
    " Person nichts davon finden.",
    "That is never collected: no row says whose it is. So none of them can be found by a person.",
)
LEFT_BEHIND: Final = Text(
    "Ein Konto dieses Namens wurde geschlossen; das blieb zurück.",
    "An account of this name was closed; this stayed behind.",
)
NOTHING_NOW: Final = Text(
    "Zum Zeitpunkt der Antwort war nichts davon vorhanden.",
    "At the time of the answer nothing of it was held.",
)


def said(reason: Reason, *more: Text) -> Text:
    """The words of a code, and what is to be added in this case."""
    parts = (PLAIN[reason], *more)
    return Text(
        " ".join(part.de for part in parts if part.de),
        " ".join(part.en for part in parts if part.en),
    )


def kept(retention: str) -> Text:
    """Until when something was held, in the words of its schema."""
    if not retention:
        return Text("", "")
    return Text(f"Aufbewahrung: {_GERMAN.get(retention, retention)}.", f"Retention: {retention}.")


_GERMAN: Final = {
    "until acknowledged, at most 30 days": "bis zur Zustellung, höchstens 30 Tage",
    "until closed": "bis zur Schließung des Kontos",
    "until replaced": "bis zum Ersatz",
    "until revoked": "bis zum Entfernen des Geräts",
    "until handed out": "bis zur Ausgabe",
    "until replaced or expired": "bis zum Ersatz oder Ablauf",
    "until published": "bis zur Veröffentlichung",
    "with the log": "solange es das Verzeichnis gibt",
}
