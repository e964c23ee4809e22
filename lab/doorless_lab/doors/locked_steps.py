"""What D2 shows, step by step."""

from doorless_client.key_file import Cost
from doorless_lab.doors.guessing import KINDS, Found, Hardware
from doorless_lab.scenario import Evidence, Fact, Line, Question, Seat, Step, Tone
from doorless_lab.telling import dotted, line, money, number, processor_time, said, short
from doorless_lab.words import Words

GERMAN = {
    "4 digits": "4 Ziffern",
    "6 digits": "6 Ziffern",
    "8 digits": "8 Ziffern",
    "leaked list": "steht in einer Liste von 10^9",
    "8 letters and digits": "8 zufällige Kleinbuchstaben und Ziffern",
    "4 words": "4 gewürfelte Wörter",
    "5 words": "5 gewürfelte Wörter",
    "6 words": "6 gewürfelte Wörter",
}


def seized(files: dict[str, int], markers: int, found: int, refused: str) -> Step:
    total = sum(files.values())
    return Step(
        Words(
            "Die Behörde hat das gesperrte Gerät und kopiert alle Dateien des Profils.",
            "The agency has the locked device and copies all files of the profile.",
        ),
        {
            Seat.AGENCY: (
                *(
                    line(f"{name}: {dotted(size)}", f"{name}: {size:,}", Tone.SEALED)
                    for name, size in sorted(files.items())
                ),
                line(
                    f"Klartext in {dotted(total)} Bytes: {found} von {markers}",
                    f"plaintext in {total:,} bytes: {found} of {markers}",
                    Tone.MISSING,
                ),
            ),
            Seat.ALICE: (
                line(
                    f"PIN 4711? doorless lehnt ab: „{refused}“",
                    f"PIN 4711? doorless refuses: “{refused}”",
                    Tone.REFUSED,
                ),
            ),
        },
        evidence=(
            Evidence(
                "files",
                Words("Die Dateien des gesperrten Profils", "The files of the locked profile"),
                {"messages": markers, "read": found, "bytes": total},
            ),
        ),
        detail=Words(
            "Ein Zähler für Fehlversuche zählt hier nicht: Genau ihn sollte Apple 2016 entfernen. "
            "Es zählt allein, was ein Rateversuch kostet. doorless nimmt keine Passphrase unter 8 "
            "Zeichen an; die PIN im nächsten Schritt gehört deshalb dem Labor.",
            "A counter of wrong tries does not count here: it is what Apple was to remove in 2016. "
            "All that counts is what one guess costs. doorless takes no passphrase of fewer than 8 "
            "characters; so the PIN of the next step is the lab's.",
        ),
        notes=Words(
            "Das ist ein echtes Profil: SQLCipher und eine Schlüsseldatei unter Argon2id.",
            "This is a real profile: SQLCipher, and a key file under Argon2id.",
        ),
    )


def timed(seconds: float, cost: Cost) -> Step:
    milliseconds = 1000 * seconds
    return Step(
        Words(
            "Ein einziger Versuch an der echten Schlüsseldatei wird auf diesem Rechner gemessen.",
            "One single guess at the real key file is timed on this computer.",
        ),
        {
            Seat.AGENCY: (
                line(
                    f"Argon2id, {cost.memory // 2**20} MiB, {cost.passes} Durchgänge",
                    f"Argon2id, {cost.memory // 2**20} MiB, {cost.passes} passes",
                ),
                line(
                    f"gemessen: {milliseconds:.0f} ms je Versuch",
                    f"measured: {milliseconds:.0f} ms a guess",
                    Tone.HELD,
                ),
            ),
        },
        evidence=(
            Evidence(
                "measured",
                Words("Gemessen auf diesem Rechner", "Measured on this computer"),
                {
                    "milliseconds a guess": round(milliseconds, 1),
                    "memory": cost.memory,
                    "passes": cost.passes,
                },
            ),
        ),
        notes=Words(
            "Das Salz ist in jeder Datei ein anderes: Vorrechnen für alle hilft nicht.",
            "The salt differs in each file: to compute ahead for everybody does not help.",
        ),
    )


def cracked(found: Found, cost: Cost, read: int, messages: int) -> Step:
    rate = found.tries / max(found.seconds, 1e-9)
    took = number(f"{found.seconds:.1f}")
    return Step(
        Words(
            "Eine vierstellige PIN ist live gefunden, mit verringerten Kosten je Versuch.",
            "A PIN of four digits is found live, at a reduced cost of each guess.",
        ),
        {
            Seat.AGENCY: (
                line(
                    f"VERRINGERT: {cost.memory // 1024} KiB statt 64 MiB, {cost.passes} Durchgang",
                    f"REDUCED: {cost.memory // 1024} KiB instead of 64 MiB, {cost.passes} pass",
                    Tone.ALARM,
                ),
                line(
                    f"PIN {found.pin} nach {dotted(found.tries)} Versuchen in {took.de} s",
                    f"PIN {found.pin} after {found.tries:,} guesses in {took.en} s",
                    Tone.SAID,
                ),
                said(f"key {short(found.key)}", Tone.HELD),
                line(
                    f"damit gelesen: {read} von {messages} Nachrichten",
                    f"read with it: {read} of {messages} messages",
                    Tone.SAID if read else Tone.REFUSED,
                ),
            ),
        },
        evidence=(
            Evidence(
                "live",
                Words("Live gesucht, mit verringerten Kosten", "Searched live, at reduced cost"),
                {
                    "messages": messages,
                    "read": read,
                    "tries": found.tries,
                    "seconds": round(found.seconds, 2),
                    "guesses a second": round(rate),
                    "reduced": True,
                },
            ),
        ),
        question=Question(
            Words(
                "Wie lange hält eine PIN mit vier Ziffern?",
                "How long does a PIN of four digits hold?",
            ),
            (
                Words("Jahre.", "Years."),
                Words("Stunden.", "Hours."),
                Words("Sekunden bis Minuten.", "Seconds to minutes."),
            ),
            right=2,
        ),
        notes=Words(
            "Auch mit den vollen 64 MiB sind es auf diesem Rechner nur Minuten: 10.000 mal die "
            "gemessene Zeit.",
            "With the full 64 MiB, too, it is minutes on this computer: 10,000 times the time "
            "that was measured.",
        ),
    )


def modelled(hardware: Hardware, cost: Cost) -> Step:
    price = number(f"{hardware.cents_an_hour / 100:.2f}")
    return Step(
        Words(
            "Ein Modell rechnet hoch, was dieselbe Suche auf viel Hardware kosten würde.",
            "A model extrapolates what the same search would cost on much hardware.",
        ),
        {
            Seat.AGENCY: tuple(_cost_line(kind, hardware, cost) for kind in KINDS),
            Seat.PUBLIC: (
                line(
                    "MODELL, nicht gemessen: Versuche je Sekunde = Ausnutzung * Bandbreite / "
                    "(Speicher * (3 * Durchgänge - 1))",
                    "MODEL, not measured: guesses a second = efficiency * bandwidth / "
                    "(memory * (3 * passes - 1))",
                    Tone.ALARM,
                ),
                line(
                    f"{hardware.bandwidth / 1e9:.0f} GB/s, {100 * hardware.efficiency:.0f} %, "
                    f"{price.de} USD je Stunde: "
                    f"{hardware.rate(cost):.0f} Versuche je Sekunde",
                    f"{hardware.bandwidth / 1e9:.0f} GB/s, {100 * hardware.efficiency:.0f} %, "
                    f"{price.en} USD an hour: "
                    f"{hardware.rate(cost):.0f} guesses a second",
                ),
            ),
        },
        evidence=(
            Evidence(
                "model",
                Words("Modell, nicht gemessen", "A model, not measured"),
                _model_facts(hardware, cost),
            ),
        ),
        question=Question(
            Words(
                "Ab wann lohnt sich das Raten für niemanden mehr?",
                "From where on does guessing pay for nobody?",
            ),
            (
                Words("Ab 8 Ziffern.", "From 8 digits."),
                Words("Ab 8 zufälligen Zeichen.", "From 8 random characters."),
                Words("Ab 5 gewürfelten Wörtern.", "From 5 words chosen by dice."),
            ),
            right=2,
        ),
        notes=Words(
            "Ändern Sie die Annahmen: --set bandwidth=…, --set cents=…, --set efficiency=… Das "
            "Ergebnis verschiebt sich um Faktoren, der Abstand zu Wörtern bleibt.",
            "Change the assumptions: --set bandwidth=…, --set cents=…, --set efficiency=… The "
            "result moves by factors, the distance to words remains.",
        ),
    )


def _cost_line(kind: str, hardware: Hardware, cost: Cost) -> Line:
    dollars = hardware.dollars(kind, cost)
    price, time = money(dollars), processor_time(hardware.seconds(kind, cost))
    return line(
        f"{GERMAN[kind]}: {time.de}, {price.de}",
        f"{kind}: {time.en}, {price.en}",
        Tone.REFUSED if dollars > 1e9 else Tone.SAID,
    )


def _model_facts(hardware: Hardware, cost: Cost) -> dict[str, Fact]:
    dollars: dict[str, Fact] = {kind: hardware.dollars(kind, cost) for kind in KINDS}
    return dollars | {
        "guesses a second": round(hardware.rate(cost)),
        "bandwidth": hardware.bandwidth,
        "efficiency": hardware.efficiency,
        "cents an hour": hardware.cents_an_hour,
    }
