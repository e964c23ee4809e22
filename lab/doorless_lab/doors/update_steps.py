"""What E5 shows, step by step."""

from collections.abc import Sequence
from dataclasses import dataclass

from doorless_lab.scenario import Evidence, Line, Question, Seat, Step, Tone
from doorless_lab.telling import dotted, line, said, short
from doorless_lab.words import Words


@dataclass(frozen=True, slots=True)
class Attempt:
    """One poisoned build against one kind of updater.

    Attributes:
        refused: what the updater said; None where it took the build.
        read: of Alice's messages, with the key that the build left behind.
    """

    refused: Words | None
    read: int
    messages: int

    @property
    def facts(self) -> dict[str, int | float | str | bool]:
        return {
            "messages": self.messages,
            "read": self.read,
            "installed": self.refused is None,
            "refused because": self.refused.en if self.refused else "",
            "abgelehnt, weil": self.refused.de if self.refused else "",
        }


def _attempt(de: str, en: str, attempt: Attempt) -> Line:
    if attempt.refused is not None:
        return line(
            f"{de}: abgelehnt ({attempt.refused.de})",
            f"{en}: refused ({attempt.refused.en})",
            Tone.REFUSED,
        )
    return line(
        f"{de}: installiert, {attempt.read} von {attempt.messages} gelesen",
        f"{en}: installed, {attempt.read} of {attempt.messages} read",
        Tone.ALARM if attempt.read else Tone.PLAIN,
    )


def rebuilt(hashes: Sequence[bytes], files: int, size: int) -> Step:
    same = len(set(hashes)) == 1
    return Step(
        Words(
            "Zwei Leute bauen das Programm aus dem Quelltext und vergleichen die Prüfsummen.",
            "Two people build the program from its source and compare the hashes.",
        ),
        {
            Seat.ALICE: (said(short(hashes[0], 16), Tone.HELD),),
            Seat.BOB: (said(short(hashes[1], 16), Tone.HELD),),
            Seat.PUBLIC: (
                line(
                    f"{dotted(files)} Dateien, {dotted(size)} Bytes: "
                    f"{'gleich' if same else 'verschieden'}",
                    f"{files:,} files, {size:,} bytes: {'the same' if same else 'different'}",
                ),
            ),
        },
        evidence=(
            Evidence(
                "reproducible",
                Words("Zwei unabhängige Bauvorgänge", "Two independent builds"),
                {"same": same, "files": files, "sha256": hashes[0].hex()},
            ),
        ),
        detail=Words(
            "Gebaut wird hier live, aus den Modulen des echten Clients. Dateien sind sortiert, "
            "Zeiten und Besitzer fehlen: Darum kommt überall dasselbe heraus.",
            "It is built live here, of the real client's modules. Files are sorted, times and "
            "owners left out: so the same comes out everywhere.",
        ),
        question=Question(
            Words(
                "Bekommen zwei Leute aus demselben Quelltext dieselben Bytes?",
                "Do two people get the same bytes from the same source?",
            ),
            (
                Words("Nie, wegen Zeit und Ort.", "Never, because of time and place."),
                Words("Ja, wenn so gebaut wird.", "Yes, if it is built for that."),
                Words("Nur auf demselben Rechner.", "Only on the same computer."),
            ),
            right=1,
        ),
        notes=Words(
            "Offener Quelltext allein beantwortet nicht, ob das installierte Programm daraus "
            "gebaut ist.",
            "Open source alone does not answer whether the installed program was built from it.",
        ),
    )


def changed(lines: Sequence[str], honest: bytes, evil: bytes) -> Step:
    return Step(
        Words(
            "Auf Anordnung ändert der Hersteller wenige Zeilen, die den Schlüssel beiseitelegen.",
            "By order the vendor changes a few lines, which put the key aside.",
        ),
        {
            Seat.AGENCY: tuple(said(each.rstrip(), Tone.HELD) for each in lines),
            Seat.PUBLIC: (said(f"{short(honest, 8)} → {short(evil, 8)}", Tone.SEALED),),
        },
        evidence=(
            Evidence(
                "diff",
                Words("Der Unterschied im Quelltext", "The difference in the source"),
                {"lines": len(lines), "added": sum(each.startswith("+") for each in lines)},
                data="\n".join(lines).encode(),
                media="text/x-diff",
            ),
        ),
        notes=Words(
            "Drei Zeilen genügen. Das Protokoll ist dabei nirgends berührt.",
            "Three lines are enough. The protocol is not touched anywhere.",
        ),
    )


def to_one(signed: Attempt, logged: Attempt) -> Step:
    return Step(
        Words(
            "Nur Alice bekommt das vergiftete Update, gültig unterschrieben.",
            "Alice alone gets the poisoned update, with a valid signature.",
        ),
        {
            Seat.ALICE: (
                _attempt("prüft nur die Unterschrift", "checks the signature alone", signed),
                _attempt("prüft auch das Protokoll", "checks the log, too", logged),
            ),
            Seat.AGENCY: (line(f"gelesen: {signed.read}", f"read: {signed.read}", Tone.SAID),),
        },
        evidence=(
            Evidence(
                "signed", Words("Nur die Unterschrift geprüft", "Signature alone"), signed.facts
            ),
            Evidence(
                "logged", Words("Auch das Protokoll geprüft", "The log checked, too"), logged.facts
            ),
        ),
        question=Question(
            Words(
                "Reicht es, dass der Hersteller unterschrieben hat?",
                "Is it enough that the vendor signed it?",
            ),
            (
                Words("Ja, die Unterschrift ist echt.", "Yes, the signature is genuine."),
                Words("Nein, man kann sie anordnen.", "No, it can be ordered."),
                Words("Nur mit langem Schlüssel.", "Only with a long key."),
            ),
            right=1,
        ),
        notes=Words(
            "So kam das Implantat 2020 auf die EncroChat-Geräte: über den eigenen Update-Weg.",
            "So the implant came onto EncroChat's phones in 2020: by their own update path.",
        ),
    )


def to_all(
    logged: Attempt, checked: Attempt, hashes: Sequence[bytes], agreeing: int, threshold: int
) -> Step:
    return Step(
        Words(
            "Alle bekommen es, und im Protokoll steht es; nur passt es nicht zum Quelltext.",
            "Everybody gets it, and it is in the log; but it does not fit the source.",
        ),
        {
            Seat.ALICE: (
                _attempt("prüft nur das Protokoll", "checks the log alone", logged),
                _attempt("verlangt Nachbauer", "asks for rebuilders", checked),
            ),
            Seat.PUBLIC: (
                *(said(short(each, 8), Tone.HELD) for each in hashes),
                line(
                    f"Nachbauer mit diesen Bytes: {agreeing}, verlangt: {threshold}",
                    f"rebuilders with these bytes: {agreeing}, asked for: {threshold}",
                    Tone.ALARM,
                ),
            ),
        },
        evidence=(
            Evidence(
                "for all", Words("Im Protokoll, nicht nachgebaut", "In the log"), logged.facts
            ),
            Evidence(
                "rebuilt",
                Words("Nachbauer widersprechen", "Rebuilders disagree"),
                checked.facts
                | {"rebuilders": len(hashes), "agreeing": agreeing, "threshold": threshold},
                data=b"".join(hashes),
            ),
        ),
        notes=Words(
            "Einer der Nachbauer unterschreibt hier, was man ihm sagt. Darum verlangt man mehrere.",
            "One of the rebuilders signs here what he is told. So one asks for several.",
        ),
    )


def in_the_open(attempt: Attempt, lines: Sequence[str]) -> Step:
    return Step(
        Words(
            "Steht die Änderung offen im Quelltext, sind alle Prüfungen grün.",
            "If the change is openly in the source, every check is green.",
        ),
        {
            Seat.ALICE: (_attempt("alle Prüfungen an", "all checks on", attempt),),
            Seat.PUBLIC: (
                line(
                    f"{len(lines)} geänderte Zeilen, für alle lesbar",
                    f"{len(lines)} changed lines, for all to read",
                ),
            ),
        },
        evidence=(
            Evidence(
                "open",
                Words("Offen im Quelltext", "Openly in the source"),
                attempt.facts | {"lines": len(lines)},
            ),
        ),
        notes=Words(
            "Technik stellt nur sicher, dass alle dasselbe bekommen und es nachlesen können. Lesen "
            "muss es jemand.",
            "Technology only makes sure that all get the same and can read it. Somebody has to "
            "read it.",
        ),
    )


def honest(attempt: Attempt) -> Step:
    return Step(
        Words(
            "Das unveränderte Programm öffnet das Profil und lässt keinen Schlüssel liegen.",
            "The unchanged program opens the profile and leaves no key behind.",
        ),
        {
            Seat.ALICE: (line("Profil geöffnet", "profile opened"),),
            Seat.AGENCY: (_attempt("echtes Programm", "real program", attempt),),
        },
        evidence=(
            Evidence("honest", Words("Das echte Programm", "The real program"), attempt.facts),
        ),
        notes=Words(
            "doorless holt selbst keine Updates und führt kein Protokoll seiner Builds: Wer es "
            "installiert, vertraut dem Weg, auf dem es kam.",
            "doorless itself fetches no updates and keeps no log of its builds: who installs it "
            "trusts the way by which it came.",
        ),
    )
