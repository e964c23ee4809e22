"""What D3 shows, step by step."""

from collections.abc import Sequence

from doorless_lab.doors.copied import Copied
from doorless_lab.doors.theft import Followed, Spied
from doorless_lab.scenario import Evidence, Fact, Question, Seat, Step, Tone
from doorless_lab.telling import bar, line, said, short
from doorless_lab.words import Words
from doorless_protocol.primitives import sha256
from doorless_protocol.session import Session


def copied(talk: Spied, copies: Sequence[Copied], opened: int) -> Step:
    count = len(talk.passed)
    alices, bobs = (fingerprint(each) for each in talk.sessions)
    thiefs = " / ".join(fingerprint(each.session) for each in copies)
    return Step(
        Words(
            "Der Dieb kopiert die Sitzungen beider Geräte und probiert sie an allem von vorher.",
            "The thief copies the sessions of both devices and tries them on all from before.",
        ),
        {
            Seat.ALICE: (said(f"root {alices}", Tone.HELD),),
            Seat.BOB: (said(f"root {bobs}", Tone.HELD),),
            Seat.MALLORY: (
                said(f"root {thiefs}", Tone.HELD),
                line(
                    f"ältere Umschläge geöffnet: {opened} von {count}",
                    f"older envelopes opened: {opened} of {count}",
                    Tone.REFUSED,
                ),
            ),
        },
        evidence=(
            Evidence(
                "before",
                Words("Was vor dem Diebstahl gesagt wurde", "What was said before the theft"),
                {"messages": count, "read": opened},
                data=b"".join(sent.envelope for _, sent in talk.passed),
            ),
        ),
        question=Question(
            Words(
                "Öffnen die kopierten Schlüssel die Nachrichten von gestern?",
                "Do the copied keys open yesterday's messages?",
            ),
            (
                Words("Ja, alle.", "Yes, all of them."),
                Words("Nur die letzten.", "Only the last ones."),
                Words("Keine.", "None."),
            ),
            right=2,
        ),
        detail=Words(
            "Der Dieb im Labor ist stärker als üblich: Er hat die Sitzungen beider Seiten und "
            "sieht jede Nachricht auf der Leitung. Er verändert nichts und sendet nichts.",
            "The lab's thief is stronger than usual: he has the sessions of both sides and sees "
            "every message on the wire. He changes nothing and sends nothing.",
        ),
        notes=Words(
            "Jeder Schlüssel wird einmal benutzt und vergessen: Das ist Vorwärtsgeheimnis.",
            "Each key is used once and forgotten: that is forward secrecy.",
        ),
    )


def fingerprint(session: Session) -> str:
    return short(sha256(session.ratchet.double.keys.root), 4)


def in_turns(classical: Sequence[Followed], quantum: Sequence[Followed], roots: str) -> Step:
    slow, slower = worst(classical), worst(quantum)
    return Step(
        Words(
            "Alice und Bob schreiben abwechselnd weiter, und der Dieb verliert das Gespräch.",
            "Alice and Bob go on in turns, and the thief loses the conversation.",
        ),
        {
            Seat.ALICE: (said(f"root {roots}", Tone.HELD),),
            Seat.MALLORY: (
                line(
                    f"ohne Quantencomputer, schlimmster Fall: {slow.healed}",
                    f"without a quantum computer, worst case: {slow.healed}",
                ),
                said(bar(slow.read), Tone.HELD),
                line(
                    f"mit Quantencomputer, schlimmster Fall: {slower.healed}",
                    f"with a quantum computer, worst case: {slower.healed}",
                ),
                said(bar(slower.read), Tone.HELD),
            ),
        },
        evidence=(
            Evidence(
                "turns",
                Words("Abwechselnd, Dieb ohne Quantencomputer", "In turns, a classical thief"),
                facts(classical, 3),
            ),
            Evidence(
                "turns, quantum",
                Words("Abwechselnd, Dieb mit Quantencomputer", "In turns, a quantum thief"),
                facts(quantum, 6),
                reproduce="python -m benchmarks.healing",
            ),
        ),
        question=Question(
            Words(
                "Nach wie vielen Nachrichten ist ein Dieb mit Quantencomputer ausgesperrt?",
                "After how many messages is a thief with a quantum computer locked out?",
            ),
            (
                Words("Nach höchstens 6.", "After 6 at most."),
                Words("Nach etwa 130.", "After about 130."),
                Words("Nie.", "Never."),
            ),
            right=0,
        ),
        detail=Words(
            "Gezählt wird bis zur ersten Nachricht der langsameren Seite, die er nicht lesen kann. "
            "Volles Kästchen: gelesen; leeres: nicht. Den Quantencomputer spielt das Labor, indem "
            "es dem Dieb zu jedem X25519-Schlüssel die private Hälfte gibt.",
            "Counted is up to the slower side's first message that he cannot read. A full box: "
            "read; an empty one: not. The lab plays the quantum computer by giving the thief the "
            "private half of every X25519 key.",
        ),
        notes=Words(
            "Niemand hat etwas getan, und niemand weiß vom Diebstahl. Es heilt durch Reden.",
            "Nobody did anything, and nobody knows of the theft. It heals by talking.",
        ),
    )


def in_bursts(length: int, quantum: Sequence[Followed]) -> Step:
    slow = worst(quantum)
    return Step(
        Words(
            f"Schreibt jeder {length} Nachrichten am Stück, dauert es entsprechend länger.",
            f"Where each writes {length} messages in a row, it takes longer accordingly.",
        ),
        {
            Seat.MALLORY: (
                line(
                    f"mit Quantencomputer, schlimmster Fall: {slow.healed}",
                    f"with a quantum computer, worst case: {slow.healed}",
                ),
                said(bar(slow.read), Tone.HELD),
            ),
        },
        evidence=(
            Evidence(
                "bursts",
                Words("In Schüben, Dieb mit Quantencomputer", "In bursts, a quantum thief"),
                facts(quantum, 6 * length),
            ),
        ),
        question=Question(
            Words(
                "Was heilt schneller: Wechsel nach jeder Nachricht oder Schübe?",
                "What heals faster: taking turns, or bursts?",
            ),
            (
                Words("Abwechseln.", "Taking turns."),
                Words("Schübe.", "Bursts."),
                Words("Gleich schnell.", "Both alike."),
            ),
            right=0,
        ),
        notes=Words(
            "Nur ein Wechsel der Sprechenden bringt neue Schlüssel.",
            "Only a change of speaker brings new keys.",
        ),
    )


def alone(followed: Followed) -> Step:
    read, count = sum(followed.read), len(followed.read)
    return Step(
        Words(
            "Schreibt nur Alice und antwortet niemand, liest der Dieb für immer mit.",
            "If Alice alone writes and nobody answers, the thief reads on for ever.",
        ),
        {
            Seat.ALICE: (line("Bob antwortet nicht.", "Bob does not answer."),),
            Seat.MALLORY: (
                line(f"gelesen: {read} von {count}", f"read: {read} of {count}", Tone.ALARM),
                said(bar(followed.read), Tone.HELD),
            ),
        },
        evidence=(
            Evidence(
                "alone",
                Words("Nur eine Seite schreibt", "One side alone writes"),
                {"messages": count, "read": read, "healed": followed.healed},
            ),
        ),
        notes=Words(
            "Die Grenze gehört dazu: Heilung braucht eine Antwort. In den Einzelheiten eines "
            "Kontakts steht, wann zuletzt neue Schlüssel vereinbart wurden.",
            "The limit belongs to it: healing takes an answer. A contact's details tell when fresh "
            "keys were last agreed on.",
        ),
    )


def worst(each: Sequence[Followed]) -> Followed:
    """The slowest; one that never healed is slower than all."""
    return max(each, key=lambda one: one.healed or len(one.read) + 1)


def facts(each: Sequence[Followed], bound: int) -> dict[str, Fact]:
    slow = worst(each)
    return {
        "thefts": len(each),
        "messages": len(slow.read),
        "healed": slow.healed,
        "read": sum(slow.read),
        "bound": bound,
    }
