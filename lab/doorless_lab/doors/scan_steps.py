"""What E4 shows, step by step."""

from collections.abc import Sequence
from dataclasses import dataclass

from doorless_lab.doors import pictures
from doorless_lab.products.mandated.scanner import Picture
from doorless_lab.scenario import Evidence, Line, Question, Seat, Step, Tone
from doorless_lab.telling import dotted, line, number, said, short
from doorless_lab.words import Words


@dataclass(frozen=True, slots=True)
class Matrix:
    """What a toy scanner gets right and wrong, measured on drawn pictures."""

    hits: int
    positives: int
    false: int
    negatives: int


def hit(texts: int, reported: int, delivered: bool, at_relay: int, report: bytes) -> Step:
    return Step(
        Words(
            "Alice schickt das verbotene Rezept, und eine Kopie verlässt ihr Gerät im Klartext.",
            "Alice sends the forbidden cake recipe, and a copy leaves her device in the clear.",
        ),
        {
            Seat.ALICE: _picture("ein Kuchen", "a cake", pictures.CAKE),
            Seat.BOB: (
                line("angekommen", "arrived")
                if delivered
                else line("nicht angekommen", "did not arrive", Tone.ALARM),
            ),
            Seat.RELAY: (
                line(
                    f"Klartext in den Umschlägen: {at_relay} von {texts}",
                    f"plaintext in the envelopes: {at_relay} of {texts}",
                    Tone.SEALED,
                ),
            ),
            Seat.AGENCY: (
                line(f"Meldungen: {reported}", f"reports: {reported}", Tone.HELD),
                said(report[:70].decode(errors="replace"), Tone.HELD),
            ),
        },
        evidence=(
            Evidence(
                "hit",
                Words("Was die Meldung enthält", "What the report holds"),
                {"messages": texts, "read": reported},
                data=report,
                media="application/json",
            ),
            Evidence(
                "wire",
                Words("Was der Betreiber sieht", "What the operator sees"),
                {"messages": texts, "read": at_relay, "delivered": delivered},
            ),
        ),
        question=Question(
            Words(
                "Wird die Verschlüsselung für den Scanner gebrochen?",
                "Is the encryption broken for the scanner?",
            ),
            (
                Words("Ja, der Server entschlüsselt.", "Yes, the server decrypts."),
                Words("Nein, er sitzt davor.", "No, it sits before it."),
                Words("Nur für Bilder.", "Only for pictures."),
            ),
            right=1,
        ),
        notes=Words(
            "Im Unterricht geht es um Kuchen. Verwenden Sie nie anderes Material.",
            "In class it is about cake. Never use any other material.",
        ),
    )


def collision(innocent: Picture, crafted: Picture, reported: int) -> Step:
    by = pictures.change(innocent, crafted)
    return Step(
        Words(
            "Jemand schattiert ein Katzenbild so, dass der Scanner darin den Kuchen sieht.",
            "Somebody shades a picture of a cat so that the scanner sees the cake in it.",
        ),
        {
            Seat.BOB: _picture("eine Katze", "a cat", innocent),
            Seat.MALLORY: _picture("dieselbe Katze, schattiert", "the same cat, shaded", crafted),
            Seat.AGENCY: (
                line(f"Meldungen: {reported}", f"reports: {reported}", Tone.ALARM),
                line(
                    f"geändert: im Mittel {by:.0f} von 255 Stufen",
                    f"changed: {by:.0f} of 255 shades on average",
                ),
            ),
        },
        evidence=(
            Evidence(
                "collision",
                Words("Ein unschuldiges Bild wird gemeldet", "An innocent picture is reported"),
                {"messages": 1, "read": reported, "change": round(by, 1)},
                data=bytes(crafted),
            ),
        ),
        notes=Words(
            "Wer es weiterschickt, wird gemeldet, ohne etwas getan zu haben. Für Apples NeuralHash "
            "gab es 2021 binnen Tagen solche Bilder.",
            "Who forwards it is reported without having done anything. For Apple's NeuralHash "
            "there were such pictures within days in 2021.",
        ),
    )


def evasion(reported: dict[str, bool]) -> Step:
    names = {
        "mirrored": ("gespiegelt", "mirrored"),
        "cropped": ("zugeschnitten", "cropped"),
        "encrypted": ("vorher verschlüsselt", "encrypted before"),
    }
    found = sum(reported.values())
    return Step(
        Words(
            "Wer den Kuchen spiegelt, zuschneidet oder vorher verschlüsselt, wird nicht gemeldet.",
            "Who mirrors, crops or encrypts the cake before is not reported.",
        ),
        {
            Seat.MALLORY: tuple(
                line(
                    f"{names[how][0]}: {'gemeldet' if was else 'nicht gemeldet'}",
                    f"{names[how][1]}: {'reported' if was else 'not reported'}",
                    Tone.ALARM if was else Tone.MISSING,
                )
                for how, was in reported.items()
            ),
        },
        evidence=(
            Evidence(
                "evasion",
                Words("Wer ausweichen will", "Who wants to evade"),
                {"messages": len(reported), "read": found},
            ),
        ),
        notes=Words(
            "Bessere Hashes erkennen Spiegelbilder. Gegen Verschlüsseln vorher hilft keiner.",
            "Better hashes recognise mirror images. None helps against encrypting before.",
        ),
    )


def grown(entries: Sequence[int], reported: int, noticed: int, refused: int, asked: int) -> Step:
    return Step(
        Words(
            "Die Liste bekommt eine Nummer mehr, und plötzlich meldet sie eine politische Parole.",
            "The list gets one more number, and suddenly it reports a political slogan.",
        ),
        {
            Seat.AGENCY: (
                *(said(f"{each:016x}", Tone.HELD) for each in entries),
                line(f"Meldungen der Parole: {reported}", f"slogan reports: {reported}"),
            ),
            Seat.ALICE: (
                line(
                    f"was ihr Gerät bemerkt: {noticed}",
                    f"what her device notices: {noticed}",
                    Tone.MISSING,
                ),
            ),
            Seat.PUBLIC: (
                line(
                    f"mit veröffentlichter Liste: {asked} Eintrag ohne Begründung",
                    f"with a published list: {asked} entry without a reason",
                    Tone.ALARM,
                ),
                line(
                    f"heimlicher Eintrag, vom Programm abgelehnt: {refused}",
                    f"secret entry, refused by the program: {refused}",
                    Tone.REFUSED,
                ),
            ),
        },
        evidence=(
            Evidence(
                "slogan",
                Words("Die Liste wächst heimlich", "The list grows in secret"),
                {"reported": reported, "noticed": noticed},
            ),
            Evidence(
                "published",
                Words("Die Liste steht in einem Protokoll", "The list is in a public log"),
                {"asked": asked, "refused": refused},
            ),
        ),
        question=Question(
            Words(
                "Merkt Alices Gerät, wofür die neue Nummer steht?",
                "Does Alice's device notice what the new number stands for?",
            ),
            (
                Words("Ja, es kann sie zurückrechnen.", "Yes, it can compute it back."),
                Words("Nein, eine Nummer sagt nichts.", "No, a number says nothing."),
                Words("Erst nach einem Treffer.", "Only after a hit."),
            ),
            right=1,
        ),
        notes=Words(
            "Ein öffentliches Protokoll macht sichtbar, dass die Liste wächst, nicht womit.",
            "A public log makes it visible that the list grows, not by what.",
        ),
    )


def base_rate(matrix: Matrix, daily: float, right: float, assumed: dict[str, float]) -> Step:
    percent = 100 * right
    wrong, good = number(f"{daily:,.0f}"), number(f"{percent:.2f}")
    return Step(
        Words(
            "Bei einer Milliarde Bildern am Tag sind fast alle Meldungen falsch.",
            "With a billion pictures a day nearly all reports are wrong.",
        ),
        {
            Seat.PUBLIC: (
                line(
                    f"gemessen: {matrix.hits} von {matrix.positives} Kuchen erkannt, "
                    f"{matrix.false} von {dotted(matrix.negatives)} anderen gemeldet",
                    f"measured: {matrix.hits} of {matrix.positives} cakes found, "
                    f"{matrix.false} of {matrix.negatives:,} others reported",
                ),
                line(
                    f"gerechnet: {wrong.de} falsche Meldungen am Tag",
                    f"computed: {wrong.en} false reports a day",
                    Tone.ALARM,
                ),
                line(
                    f"davon richtig: {good.de} von 100",
                    f"of all reports right: {good.en} of 100",
                    Tone.ALARM,
                ),
            ),
        },
        evidence=(
            Evidence(
                "base rate",
                Words("Gerechnet aus Annahmen", "Computed from assumptions"),
                {"right in 100": percent, "false a day": daily, **assumed},
            ),
            Evidence(
                "matrix",
                Words("Gemessen am Spielzeug", "Measured on the toy"),
                {
                    "hits": matrix.hits,
                    "positives": matrix.positives,
                    "false": matrix.false,
                    "negatives": matrix.negatives,
                },
            ),
        ),
        question=Question(
            Words(
                "Fehlerquote 0,1 %, ein Treffer unter einer Million: Wie viele Meldungen stimmen?",
                "0.1 % errors, one real case in a million: how many reports are right?",
            ),
            (
                Words("99,9 %", "99.9 %"),
                Words("etwa die Hälfte", "about half"),
                Words("weniger als 1 von 1.000", "fewer than 1 in 1,000"),
            ),
            right=2,
        ),
        notes=Words(
            "Die Annahmen lassen sich ändern: --set errors=…, --set rare=…, --set found=…",
            "The assumptions can be changed: --set errors=…, --set rare=…, --set found=…",
        ),
    )


def nothing(texts: int, reports: int, at_relay: int, scanned: int, envelope: bytes) -> Step:
    return Step(
        Words(
            "Im echten Programm gibt es keinen Scanner, und nichts verlässt das Gerät nebenher.",
            "In the real program there is no scanner, and nothing leaves the device beside it.",
        ),
        {
            Seat.ALICE: _picture("ein Kuchen", "a cake", pictures.CAKE),
            Seat.RELAY: (said(short(envelope), Tone.SEALED),),
            Seat.AGENCY: (
                line(f"Meldungen: {reports}", f"reports: {reports}", Tone.MISSING),
                line(
                    f"Klartext in {dotted(scanned)} Bytes: {at_relay} von {texts}",
                    f"plaintext in {scanned:,} bytes: {at_relay} of {texts}",
                    Tone.MISSING,
                ),
            ),
        },
        evidence=(
            Evidence(
                "nothing",
                Words("Was die Behörde hat", "What the agency has"),
                {"messages": texts, "read": reports + at_relay, "bytes": scanned},
            ),
        ),
        question=Question(
            Words(
                "Was meldet das echte Programm über den Kuchen?",
                "What does the real program report about the cake?",
            ),
            (
                Words("Nichts.", "Nothing."),
                Words("Eine Prüfsumme.", "A checksum."),
                Words("Das Bild.", "The picture."),
            ),
            right=0,
        ),
        notes=Words(
            "Das Protokoll verhindert keinen Scanner. Es hat nur keinen.",
            "The protocol prevents no scanner. It only has none.",
        ),
    )


def _picture(de: str, en: str, picture: Picture) -> tuple[Line, ...]:
    """In words first, for who hears it, then in blocks."""
    return (line(f"Bild: {de}", f"picture: {en}"), *(said(row) for row in pictures.rows(picture)))
