"""D2: the device is locked, and somebody has all the time and hardware that money buys."""

from collections.abc import AsyncGenerator
from pathlib import Path

from doorless_client.key_file import wrap
from doorless_lab.adversary import arm
from doorless_lab.doors import locked_steps as show
from doorless_lab.doors import on_disk
from doorless_lab.doors.guessing import (
    REDUCED,
    Hardware,
    Locked,
    measured,
    product_cost,
    search,
)
from doorless_lab.doors.verdicts import read_or_not
from doorless_lab.leakscan import Marker, draw_marker
from doorless_lab.powers import DeviceLocked
from doorless_lab.scenario import (
    Cell,
    Exercise,
    Held,
    Judge,
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
    Verdict,
)
from doorless_lab.telling import money
from doorless_lab.words import Words

MESSAGES = 12
GUESSES = 3
OUT_OF_REACH = 1e9
"""US dollars from which on we call a search prevented; by then it is the model that speaks."""


async def play(scene: Scene) -> AsyncGenerator[Step, None]:
    passphrase = draw_marker("passphrase", scene.random)
    markers, key = on_disk.make(scene, scene.folder / "alice", passphrase, MESSAGES)
    agency = arm(scene, Seat.AGENCY, DeviceLocked(scene.folder / "alice"))
    files: Path = agency.use(DeviceLocked).of
    found = on_disk.in_files(files, [*markers, passphrase, Marker("key of the store", key)])
    yield show.seized(on_disk.sizes(files), len(markers), found, _refusal(scene))
    wrapped = (files / on_disk.KEY).read_bytes()
    yield show.timed(measured(wrapped, GUESSES), product_cost())
    pin = f"{int.from_bytes(scene.random(4)) % 10_000:04}"
    under_pin = Locked.under(pin, key, scene.random)
    agency = arm(scene, Seat.AGENCY, DeviceLocked((files, under_pin)))  # as the lab locks it
    files, locked = agency.use(DeviceLocked).of
    result = search(locked, digits=4)
    read = on_disk.with_key(files, result.key, markers)
    yield show.cracked(result, REDUCED, read, len(markers))
    settings = scene.settings
    hardware = Hardware(
        settings["bandwidth"] * 1e9, settings["efficiency"] / 100, settings["cents"]
    )
    yield show.modelled(hardware, product_cost())


def _refusal(scene: Scene) -> str:
    """What the product says to a PIN of four digits."""
    try:
        wrap(bytes(32), "4711", scene.random)
    except ValueError as error:
        return str(error)
    return "accepted"


def _priced(kind: str) -> Judge:
    """By what the model says that a search costs on average."""

    def judge(held: Held) -> Verdict:
        dollars = float(held["model"].facts[kind])
        price = money(dollars)
        because = Words(
            f"Im Modell kostet die Suche im Mittel {price.de}.",
            f"In the model the search costs {price.en} on average.",
        )
        if dollars >= OUT_OF_REACH:
            return Verdict(Outcome.PREVENTED, dollars, because)
        return Verdict(Outcome.LIMITED if dollars >= 1e5 else Outcome.EXPOSED, dollars, because)

    return judge


CELLS = (
    Cell(
        Product.E2EE,
        Words("Dateien ohne Passphrase", "files without the passphrase"),
        read_or_not("files"),
        Outcome.PREVENTED,
        at_most=0,
    ),
    Cell(
        Product.E2EE,
        Words("PIN mit 4 Ziffern, live", "a PIN of 4 digits, live"),
        read_or_not("live"),
        Outcome.EXPOSED,
        at_least=MESSAGES,
    ),
    Cell(
        Product.E2EE,
        Words("PIN mit 4 Ziffern, volle Kosten (Modell)", "4 digits at full cost (model)"),
        _priced("4 digits"),
        Outcome.EXPOSED,
        at_most=1,
    ),
    Cell(
        Product.E2EE,
        Words("8 Ziffern (Modell)", "8 digits (model)"),
        _priced("8 digits"),
        Outcome.EXPOSED,
        at_most=1e5,
    ),
    Cell(
        Product.E2EE,
        Words("8 zufällige Zeichen (Modell)", "8 random characters (model)"),
        _priced("8 letters and digits"),
        Outcome.LIMITED,
        at_least=OUT_OF_REACH / 1e4,
    ),
    Cell(
        Product.E2EE,
        Words("5 gewürfelte Wörter (Modell)", "5 words chosen by dice (model)"),
        _priced("5 words"),
        Outcome.PREVENTED,
        at_least=OUT_OF_REACH,
    ),
    Cell(
        Product.E2EE,
        Words("6 gewürfelte Wörter (Modell)", "6 words chosen by dice (model)"),
        _priced("6 words"),
        Outcome.PREVENTED,
        at_least=OUT_OF_REACH,
    ),
)

SCENARIO = Scenario(
    id="D2",
    slug="seized-locked",
    title=Words("Gesperrtes Gerät, Brute Force", "Phone taken while locked"),
    claim=Words(
        "Ein gesperrtes Gerät ist sicher, weil man nur wenige Versuche hat.",
        "A locked device is safe, because there are only a few tries.",
    ),
    precedents=(
        Precedent(
            Words(
                "Apple gegen FBI: Anordnung, die Versuchssperre abzuschalten",
                "Apple v. FBI: an order to switch off the limit of tries",
            ),
            "2016-02-16",
            checked=True,
        ),
    ),
    powers=frozenset({Power.DEVICE_LOCKED}),
    cells=CELLS,
    play=play,
    notes=Words(
        "Drei Zahlen, drei Arten: gemessen (ein Versuch), live mit verringerten Kosten (die PIN) "
        "und Modell (alles Übrige). Sagen Sie jedes Mal dazu, welche es ist.",
        "Three numbers of three kinds: measured (one guess), live at reduced cost (the PIN), and "
        "a model (all the rest). Say each time which it is.",
    ),
    limit=Words(
        "Kurze Geheimnisse schützt keine Rechenvorschrift: 8 Ziffern, das Kürzeste, was doorless "
        "annimmt, fallen im Modell für ein paar Dollar. Erst gewürfelte Wörter halten.",
        "No derivation protects a short secret: 8 digits, the shortest that doorless takes, fall "
        "for a few dollars in the model. Only words chosen by dice hold.",
    ),
    parameters={
        "bandwidth": Parameter(
            Words("Speicherbandbreite in GB/s", "memory bandwidth in GB/s"), 3350, 10, 100_000
        ),
        "efficiency": Parameter(
            Words("davon erreicht, in Prozent", "of it reached, per cent"), 75, 1, 100
        ),
        "cents": Parameter(
            Words("US-Cent je Stunde und Prozessor", "US cents an hour and processor"), 250, 1, 9999
        ),
    },
    exercises=(
        Exercise(
            Words(
                "Was an diesem Lauf ist gemessen, was ist Modell?",
                "What of this run is measured, what is a model?",
            ),
            Words(
                "Gemessen: die Dauer eines Versuchs hier und die Suche nach der PIN mit "
                "verringerten Kosten. Modell: alle Preise.",
                "Measured: how long one guess takes here, and the search for the PIN at reduced "
                "cost. A model: all prices.",
            ),
            Level.RECALL,
        ),
        Exercise(
            Words(
                "Das FBI wollte von Apple drei Dinge. Welches davon hilft gegen sechs Wörter?",
                "The FBI wanted three things from Apple. Which of them helps against six words?",
            ),
            Words(
                "Keines. Kein Löschen, elektronische Eingabe und keine Wartezeit erlauben nur so "
                "viele Versuche, wie die Rechenvorschrift zulässt.",
                "None. No erasing, electronic input and no delay only allow as many guesses as the "
                "derivation lets through.",
            ),
            Level.TRANSFER,
        ),
        Exercise(
            Words(
                "Soll ein Messenger Menschen kurze PINs verbieten?",
                "Should a messenger forbid people short PINs?",
            ),
            Words(
                "Dafür: Eine kurze PIN täuscht Schutz vor, den es nicht gibt. Dagegen: Wer lange "
                "Passphrasen nicht behält, schreibt sie auf oder lässt das Gerät offen.",
                "For it: a short PIN pretends a protection that is not there. Against it: who does "
                "not remember long ones writes them down, or leaves the device unlocked.",
            ),
            Level.DISPUTE,
        ),
    ),
)
