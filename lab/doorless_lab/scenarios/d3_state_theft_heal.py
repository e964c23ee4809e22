"""D3: somebody copied the sessions, and listens. How long does he understand?"""

from collections.abc import AsyncGenerator

from doorless_lab.adversary import arm
from doorless_lab.doors import heal_steps as show
from doorless_lab.doors.theft import (
    Followed,
    Speaker,
    Spied,
    alone,
    bursts,
    continued,
    in_turns,
    reopened,
    robbed,
)
from doorless_lab.doors.verdicts import healed, read_or_not
from doorless_lab.powers import StateCopy
from doorless_lab.scenario import (
    Cell,
    Exercise,
    Level,
    Outcome,
    Parameter,
    Power,
    Precedent,
    Product,
    Scenario,
    Scene,
    Seat,
    Step,
)
from doorless_lab.words import Words

BEFORE = 20
"""Messages before the first theft; each theft after it comes one message later."""

MONOLOGUE = 40
SETTLED = 8
"""Messages that are watched beyond the bound: to see that what was lost stays lost."""


async def play(scene: Scene) -> AsyncGenerator[Step, None]:
    talk = Spied(scene.random(16))
    talk.talk(in_turns, BEFORE)
    mallory = arm(scene, Seat.MALLORY, *talk.loot())
    yield show.copied(talk, mallory.use(StateCopy).of, reopened(mallory))
    roots = show.fingerprint(talk.sessions[0])
    classical = _thefts(scene, in_turns, 3)
    quantum = _thefts(scene, in_turns, 6, quantum=True)
    talk.talk(in_turns, 6)
    yield show.in_turns(classical, quantum, f"{roots} → {show.fingerprint(talk.sessions[0])}")
    length = scene.settings["burst"]
    yield show.in_bursts(length, _thefts(scene, bursts(length), 6 * length, quantum=True))
    yield show.alone(robbed(scene, talk, alone, MONOLOGUE))


def _thefts(scene: Scene, speaker: Speaker, bound: int, *, quantum: bool = False) -> list[Followed]:
    """Some conversations, each robbed at another moment of the pattern."""
    found = []
    for moment in range(scene.settings["thefts"]):
        talk, begun = Spied(scene.random(16)), BEFORE + moment
        talk.talk(speaker, begun)
        going_on = continued(speaker, begun)
        found.append(robbed(scene, talk, going_on, bound + SETTLED, quantum=quantum))
    return found


CELLS = (
    Cell(
        Product.E2EE,
        Words("was vor dem Diebstahl gesagt wurde", "what was said before the theft"),
        read_or_not("before"),
        Outcome.PREVENTED,
        at_most=0,
    ),
    Cell(
        Product.E2EE,
        Words("danach, abwechselnd", "afterwards, in turns"),
        healed("turns", "bound"),
        Outcome.HEALED,
        at_least=1,
        at_most=3,
    ),
    Cell(
        Product.E2EE,
        Words("danach, mit Quantencomputer", "afterwards, with a quantum computer"),
        healed("turns, quantum", "bound"),
        Outcome.HEALED,
        at_least=1,
        at_most=6,
    ),
    Cell(
        Product.E2EE,
        Words("danach, in Schüben, mit Quantencomputer", "in bursts, with a quantum computer"),
        healed("bursts", "bound"),
        Outcome.HEALED,
        at_least=1,
    ),
    Cell(
        Product.E2EE,
        Words("danach, nur eine Seite schreibt", "afterwards, one side alone writes"),
        read_or_not("alone"),
        Outcome.EXPOSED,
        at_least=MONOLOGUE,
    ),
)

SCENARIO = Scenario(
    id="D3",
    slug="state-theft-heal",
    title=Words("Geklauter Zustand heilt", "Stolen keys, then healing"),
    claim=Words(
        "Wer einmal die Schlüssel hat, liest für immer mit.",
        "Whoever has the keys once reads along for ever.",
    ),
    precedents=(
        Precedent(
            Words(
                "Kopien von Geräten an Grenzen, Schadprogramme auf Zeit, Sicherungskopien",
                "Devices copied at borders, malware for a while, backups",
            ),
            "2010-2026",
            checked=False,
        ),
    ),
    powers=frozenset({Power.STATE_COPY, Power.NET_OBSERVE, Power.QUANTUM}),
    cells=CELLS,
    play=play,
    notes=Words(
        "Der Dieb benutzt den Programmcode des Produkts. Was er nicht öffnet, weist derselbe Code "
        "zurück, der Bobs Nachrichten prüft.",
        "The thief uses the product's own code. What he does not open is refused by the very code "
        "that checks Bob's messages.",
    ),
    limit=Words(
        "Ein Selbstgespräch heilt nie, und wer weiter im Gerät sitzt oder selbst antwortet, bleibt "
        "dabei. Geheilt wird nur gegen einen Dieb, der schweigt.",
        "A monologue never heals, and who still sits in the device, or answers himself, stays. "
        "Healing works only against a thief who keeps silent.",
    ),
    parameters={
        "burst": Parameter(Words("Nachrichten am Stück", "messages in a row"), 3, 2, 8),
        "thefts": Parameter(Words("Diebstähle je Muster", "thefts of each pattern"), 8, 2, 60),
    },
    exercises=(
        Exercise(
            Words(
                "Alice schreibt zehn Nachrichten, Bob antwortet nie. Wann heilt es?",
                "Alice writes ten messages, Bob never answers. When does it heal?",
            ),
            Words(
                "Gar nicht. Erst Bobs Antwort bringt einen Schlüssel, den der Dieb nicht hat.",
                "Not at all. Only Bob's answer brings a key that the thief does not have.",
            ),
            Level.RECALL,
        ),
        Exercise(
            Words(
                "Warum braucht der Dieb mit Quantencomputer länger, bis er ausgesperrt ist?",
                "Why does it take longer to lock out a thief with a quantum computer?",
            ),
            Words(
                "Ihn sperrt nur ML-KEM aus. Der Schlüssel, der beim Diebstahl angeboten ist, muss "
                "erst verbraucht, ein neuer gezogen und von beiden benutzt werden.",
                "ML-KEM alone locks him out. The key on offer at the theft has to be used up, a "
                "new one drawn, and both sides have to speak under it.",
            ),
            Level.TRANSFER,
        ),
        Exercise(
            Words(
                "„Heilung macht Löschen überflüssig.“ Stimmt das?",
                "“Healing makes deleting needless.” Is it so?",
            ),
            Words(
                "Nein. Heilung schützt spätere Nachrichten. Was beim Diebstahl im Verlauf stand, "
                "hat der Dieb (D1).",
                "No. Healing protects later messages. What was in the history at the theft the "
                "thief has (D1).",
            ),
            Level.DISPUTE,
        ),
    ),
)
