"""D1: the device is taken while it is open. What is there, what is gone, what comes?"""

from collections.abc import AsyncGenerator

from doorless_lab.adversary import arm
from doorless_lab.doors import seized_steps as show
from doorless_lab.doors.seizure import Seized, Talk, reopened
from doorless_lab.doors.verdicts import read_or_not
from doorless_lab.powers import DeviceUnlocked, StoreNow
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

HOUR = 3600


async def play(scene: Scene) -> AsyncGenerator[Step, None]:
    each, hours = scene.settings["messages"], scene.settings["hours"]
    talk = Talk(scene)
    try:
        kept = talk.say(each)
        talk.vanish_after(hours * HOUR)
        vanishing = talk.say(each)
        yield show.talked(kept, vanishing, hours)
        talk.world.advance(hours * HOUR + 60)
        talk.world.advance(60)
        recorded = tuple(one.envelope for one in talk.world.submitted)
        agency = arm(scene, Seat.AGENCY, DeviceUnlocked(talk.seize()), StoreNow(recorded))
        device: Seized = agency.use(DeviceUnlocked).of
        stored, expired = device.stored(kept), device.stored(vanishing)
        yield show.seized(stored, kept, len(device.pages))
        yield show.vanished(expired, reopened(agency, talk.world.now))
        talk.vanish_after(0)
        yield show.future(stored, expired, device.shown(talk.say(each)))
    finally:
        talk.close()


CELLS = (
    Cell(
        Product.E2EE,
        Words("gespeicherter Verlauf", "stored history"),
        read_or_not("stored"),
        Outcome.EXPOSED,
        at_least=2,
    ),
    Cell(
        Product.E2EE,
        Words("abgelaufene Nachrichten", "expired messages"),
        read_or_not("expired"),
        Outcome.PREVENTED,
        at_most=0,
    ),
    Cell(
        Product.E2EE,
        Words("aufgezeichnete Umschläge", "recorded envelopes"),
        read_or_not("recorded"),
        Outcome.PREVENTED,
        at_most=0,
    ),
    Cell(
        Product.E2EE,
        Words("spätere Nachrichten", "later messages"),
        read_or_not("future"),
        Outcome.EXPOSED,
        at_least=2,
    ),
)

SCENARIO = Scenario(
    id="D1",
    slug="seized-unlocked",
    title=Words("Entsperrtes Gerät", "Phone taken while open"),
    claim=Words(
        "Wer Ende-zu-Ende verschlüsselt, dem kann auch eine Beschlagnahme nichts anhaben.",
        "Who encrypts end to end has nothing to fear from a seizure, either.",
    ),
    precedents=(
        Precedent(
            Words(
                "Silk Road: Festnahme, während der Rechner offen war",
                "Silk Road: arrested while the laptop was open",
            ),
            "2013",
            checked=False,
        ),
    ),
    powers=frozenset({Power.DEVICE_UNLOCKED, Power.STORE_NOW}),
    cells=CELLS,
    play=play,
    notes=Words(
        "Spielen Sie dieses Szenario nie ohne den letzten Schritt: Die Grenze gehört zum Ergebnis.",
        "Never play this scenario without its last step: the limit is part of the result.",
    ),
    limit=Words(
        "Ein offenes Gerät verrät alles, was darauf gespeichert ist, und alles, was noch kommt. "
        "Bobs Gerät hat dieselben Nachrichten, und Fotos vom Bildschirm laufen nicht ab.",
        "An open device gives away all that is stored on it, and all that still comes. Bob's "
        "device has the same messages, and photographs of a screen do not expire.",
    ),
    parameters={
        "messages": Parameter(Words("Nachrichten je Abschnitt", "messages of each part"), 8, 2, 24),
        "hours": Parameter(
            Words("Frist bis zum Verschwinden, Stunden", "hours until they disappear"), 1, 1, 600
        ),
    },
    exercises=(
        Exercise(
            Words(
                "Welche der 24 Nachrichten kann die Behörde lesen?",
                "Which of the 24 messages can the agency read?",
            ),
            Words(
                "Die acht gespeicherten und die acht späteren; die acht abgelaufenen nicht.",
                "The eight that were stored and the eight that came later; not the eight that "
                "expired.",
            ),
            Level.RECALL,
        ),
        Exercise(
            Words(
                "Welcher Schieber in Alices Einstellungen ändert die Tabelle, und welche "
                "Kryptografie kann es nicht?",
                "Which slider in Alice's settings changes the table, and which cryptography "
                "cannot?",
            ),
            Words(
                "Die Frist für verschwindende Nachrichten. Keine Verschlüsselung schützt, was das "
                "offene Gerät selbst anzeigen kann.",
                "The timer of disappearing messages. No encryption protects what the open device "
                "can show by itself.",
            ),
            Level.TRANSFER,
        ),
        Exercise(
            Words(
                "Behindern verschwindende Nachrichten die Justiz, oder sind sie wie ein Gespräch?",
                "Do disappearing messages obstruct justice, or are they like a conversation?",
            ),
            Words(
                "Dafür, dass sie behindern: Beweise fehlen. Dagegen: Auch Gesprochenes wird nicht "
                "gespeichert, und Ermittler haben Geräte, Zeugen und Verbindungsdaten.",
                "That they obstruct: evidence is missing. Against it: what is spoken is not stored "
                "either, and investigators have devices, witnesses and metadata.",
            ),
            Level.DISPUTE,
        ),
    ),
)
