"""The poll before and after a lesson, P1 to P6: the same questions, and what changed.

Nobody is recorded: hands are counted, on this machine, until the next reset.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from doorless_lab.web.room import ANSWERS
from doorless_lab.words import Words

When = Literal["before", "after"]


@dataclass(frozen=True, slots=True)
class PollQuestion:
    """
    Attributes:
        right: place of the answer that the lab shows to be so; None: people may differ.
        why: read out with the second count.
    """

    id: str
    text: Words
    answers: tuple[Words, ...]
    right: int | None
    why: Words


QUESTIONS = (
    PollQuestion(
        "P1",
        Words(
            "Wer kann eine Ende-zu-Ende-verschlüsselte Nachricht lesen?",
            "Who can read an end-to-end encrypted message?",
        ),
        (
            Words("Nur Absender und Empfänger", "Only the sender and the recipient"),
            Words("Auch der Betreiber des Dienstes", "The operator of the service too"),
            Words(
                "Auch die Polizei mit einem Beschluss des Gerichts",
                "The police too, with a court order",
            ),
            Words("Auch, wer den Server hackt", "Whoever hacks the server too"),
        ),
        0,
        Words(
            "Beim Betreiber liegt nur Verschlüsseltes; wer ein offenes Telefon hat, liest mit.",
            "The operator holds ciphertext alone; with an unlocked phone one reads everything.",
        ),
    ),
    PollQuestion(
        "P2",
        Words("Was ist vertraulicher?", "Which is more confidential?"),
        (
            Words("Die SMS", "A text message (SMS)"),
            Words("Der verschlüsselte Messenger", "The encrypted messenger"),
            Words("Beide gleich", "Both the same"),
            Words("Weiß ich nicht", "I do not know"),
        ),
        1,
        Words(
            "Eine SMS kann der Netzbetreiber lesen und herausgeben.",
            "The network operator can read an SMS and hand it over.",
        ),
    ),
    PollQuestion(
        "P3",
        Words(
            "Kann jemand unterwegs den Text einer Nachricht unbemerkt ändern?",
            "Can somebody on the way change the text of a message unnoticed?",
        ),
        (
            Words("Ja, der Betreiber", "Yes, the operator"),
            Words("Ja, wer im selben WLAN ist", "Yes, whoever is in the same Wi-Fi"),
            Words("Nein", "No"),
            Words("Weiß ich nicht", "I do not know"),
        ),
        2,
        Words(
            "Eine geänderte Nachricht wird verworfen; verschlucken kann der Betreiber sie aber.",
            "A changed message is dropped; but the operator can swallow it.",
        ),
    ),
    PollQuestion(
        "P4",
        Words(
            "Könnte der Betreiber sich als Bob ausgeben?", "Could the operator pretend to be Bob?"
        ),
        (
            Words("Ja, ohne dass es jemand merkt", "Yes, and nobody would notice"),
            Words("Er kann es versuchen, aber es fällt auf", "It can try, but it is found out"),
            Words("Nein, das ist unmöglich", "No, that is impossible"),
            Words("Weiß ich nicht", "I do not know"),
        ),
        1,
        Words(
            "Ein falscher Schlüssel hinterlässt im öffentlichen Verzeichnis einen Beweis.",
            "A false key leaves a proof in the public log.",
        ),
    ),
    PollQuestion(
        "P5",
        Words(
            "Verbirgt Verschlüsselung, wer wem wann schreibt?",
            "Does encryption hide who writes to whom, and when?",
        ),
        (
            Words("Ja, vollständig", "Yes, completely"),
            Words("Teilweise", "In part"),
            Words("Nein, gar nicht", "No, not at all"),
            Words("Weiß ich nicht", "I do not know"),
        ),
        1,
        Words(
            "Der Absender steht nicht auf dem Umschlag; Zeit, Größe und Empfänger sieht man.",
            "The sender is not on the envelope; time, size and recipient can be seen.",
        ),
    ),
    PollQuestion(
        "P6",
        Words(
            "Ein Gericht verlangt den Inhalt eines Chats. Was kann der Betreiber tun?",
            "A court demands the content of a chat. What can the operator do?",
        ),
        (
            Words("Alles herausgeben", "Hand over everything"),
            Words(
                "Herausgeben, was er hat: den Inhalt hat er nicht",
                "Hand over what it has: it does not have the content",
            ),
            Words("Sich weigern", "Refuse"),
            Words("Einen Nachschlüssel benutzen", "Use a spare key"),
        ),
        1,
        Words(
            "Er antwortet vollständig, und der Inhalt ist trotzdem nicht dabei.",
            "It answers completely, and still the content is not in the answer.",
        ),
    ),
)


def key(when: When, question: PollQuestion) -> str:
    """Under which a room counts hands."""
    return f"{when}/{question.id}"


def counts(bets: Mapping[str, tuple[int, ...]], name: str) -> tuple[int, ...]:
    return bets.get(name, (0,) * ANSWERS)


def shares(counted: Sequence[int]) -> tuple[int, ...]:
    """Whole per cent of each answer, rounded half up; all 0 where nobody voted."""
    voted = sum(counted)
    return tuple((200 * one + voted) // (2 * voted) if voted else 0 for one in counted)


def change(bets: Mapping[str, tuple[int, ...]], question: PollQuestion) -> tuple[int, ...] | None:
    """Percentage points of each answer, after minus before. None: not counted twice."""
    before = counts(bets, key("before", question))
    after = counts(bets, key("after", question))
    if not (any(before) and any(after)):
        return None
    return tuple(b - a for a, b in zip(shares(before), shares(after), strict=True))


def hands(counted: Sequence[int], answer: int, by: int) -> tuple[int, ...]:
    """A hand more or fewer; never fewer than none, nor more than a school has."""
    most = 9999
    found = list(counted)
    found[answer] = min(most, max(0, found[answer] + by))
    return tuple(found)
