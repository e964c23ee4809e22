"""C2: what the operator, or whoever reads the log, learns without opening anything.

live      ten sentences between the real clients: sizes on the wire, delay of the receipts
model     a school of accounts with these sizes and delays, and three attacks on its log
bought    the same with more delay and cover, and what that costs
"""

from collections.abc import AsyncGenerator
from random import Random as Dice

from doorless_lab.adversary import Adversary, arm
from doorless_lab.metadata import (
    Log,
    Passing,
    Rhythm,
    Share,
    Written,
    answered_after,
    found,
    named,
    night_guessed,
    sentence_guessed,
    sizes_for,
)
from doorless_lab.powers import NetObserve, ServerLogOn
from doorless_lab.scenario import Evidence, Fact, Line, Product, Question, Scene, Seat, Step
from doorless_lab.staging.lines import held, plain, said
from doorless_lab.telling import dotted
from doorless_lab.words import Words
from doorless_lab.world import World

SENTENCES = (
    "ja",
    "nein",
    "bis gleich",
    "wo bist du?",
    "ruf mich bitte an",
    "ich komme heute später",
    "treffen wir uns um neun am Bahnhof?",
    "kannst du mir die Unterlagen schicken?",
    "ich habe mich entschieden, ich kündige morgen",
    "bitte sag niemandem etwas davon, bis ich es selbst erzählt habe",
)

FRAME = 60
"""Bytes that a message without padding has around its text, in the control."""

ALICE, BOB = 0, 1
"""Their accounts in the model."""

AWAKE = 40
"""Messages that somebody writes on a day."""

WEEK = 7
COUNTS = (1, 2, 3, 5, 10)
A_MINUTE, _STEP = 60.0, 0.25


async def play(scene: Scene) -> AsyncGenerator[Step, None]:
    dice = Dice(scene.random(16))  # noqa: S311 (a model's, which has to be repeatable)
    runs, accounts = scene.settings["runs"], scene.settings["accounts"]
    if scene.product is Product.LEGACY:
        yield _sees_plain()
        yield _graph("control", _by_name(scene, dice), accounts)
        bucket = scene.settings["pad.bucket"]
        sizes = [_bucket(FRAME + len(text.encode()), bucket) for text in SENTENCES]
        yield _lengths("control", arm(scene, Seat.RELAY, NetObserve(sizes)).use(NetObserve).of)
        yield _night("control", scene, dice)
        return
    sizes, delay = live(scene)
    yield _sees(sizes, delay)
    logs = [Log.draw(dice, accounts) for _ in range(runs)]
    operator = arm(scene, Seat.RELAY, ServerLogOn(logs))
    yield _graph("product", _by_receipts(operator, delay, dice), accounts)
    yield _lengths("product", sizes)
    yield _night("product", scene, dice)
    yield _bought(scene, operator, delay, dice)


def live(scene: Scene) -> tuple[list[int], tuple[float, float]]:
    """Bytes of each sentence on the wire; and how long its receipt took, least and most."""
    pile = list[Passing]()
    observer = arm(scene, Seat.RELAY, NetObserve(pile))
    with World(scene.random(32), scene.now) as world:
        alice, bob = world.friends("alice", "bob")
        world.advance(600)
        world.submitted.clear()
        for text in SENTENCES:
            alice.says("bob", text)
            world.settle()
            _passed(world, pile)
            for _ in range(round(A_MINUTE / _STEP)):
                world.advance(_STEP)
                _passed(world, pile)
        hers, his = (bytes(one.engine.state.keys.mailbox) for one in (alice, bob))
    seen: list[Passing] = observer.use(NetObserve).of
    delays = answered_after(his, hers, seen)
    return sizes_for(his, seen), (min(delays), max(delays))


def _passed(world: World, pile: list[Passing]) -> None:
    """Put what was handed to the relay since then on the pile, as it passed."""
    for one in world.submitted:
        pile.append(Passing(world.now, bytes(one.mailbox), len(one.envelope)))
    world.submitted.clear()


def _bucket(size: int, bucket: int) -> int:
    return -(-size // bucket) * bucket


def _sees_plain() -> Step:
    first = SENTENCES[5]
    size = FRAME + len(first.encode())
    return Step(
        Words(
            "Ohne Schutz steht im Protokoll des Servers, wer wem wann wie viel schreibt.",
            "Without a defence the relay's log says who writes to whom, when and how much.",
        ),
        {
            Seat.ALICE: (said(first),),
            Seat.RELAY: (
                held(f"alice → bob, {dotted(size)} Byte", f"alice → bob, {size:,} bytes"),
            ),
        },
    )


def _sees(sizes: list[int], delay: tuple[float, float]) -> Step:
    least, most = delay
    return Step(
        Words(
            f"Zehn Sätze zwischen den echten Programmen: Größen auf der Leitung: "
            f"{len(set(sizes))}; Quittung nach {_comma(least)} bis {_comma(most)} s.",
            f"Ten sentences between the real programs: sizes on the wire: {len(set(sizes))}; "
            f"receipt after {least:.1f} to {most:.1f} s.",
        ),
        {
            Seat.ALICE: tuple(said(text) for text in SENTENCES[:3]),
            Seat.RELAY: (
                *(
                    plain(f"? → bob, {dotted(size)} Byte", f"? → bob, {size:,} bytes")
                    for size in sizes[:3]
                ),
                held("kein Absender; Zeit und Empfänger", "no sender; time and recipient"),
            ),
        },
        (
            Evidence(
                "live",
                Words("Gemessen an den echten Programmen", "Measured on the real programs"),
                {
                    "sentences": len(sizes),
                    "sizes": len(set(sizes)),
                    "bytes": max(sizes),
                    "receipt least": least,
                    "receipt most": most,
                },
            ),
        ),
        Question(
            Words(
                "Der Absender fehlt. Findet der Betreiber trotzdem heraus, wer Bob schreibt?",
                "The sender is missing. Does the operator still find out who writes to Bob?",
            ),
            (
                Words("Nein.", "No."),
                Words("Ja, nach wenigen Nachrichten.", "Yes, after a few messages."),
                Words("Nur mit dem Schlüssel.", "Only with the key."),
            ),
            right=1,
        ),
    )


def _comma(seconds: float) -> str:
    """As German writes it."""
    return f"{seconds:.1f}".replace(".", ",")


Curve = dict[int, Share]
"""After how many messages of Alice's she was found, in how many of the runs."""


def _by_name(scene: Scene, dice: Dice) -> Curve:
    """In a log that names the sender."""
    runs, accounts = scene.settings["runs"], scene.settings["accounts"]
    logs = [Written.draw(dice, accounts, max(COUNTS)) for _ in range(runs)]
    seen: list[list[Written]] = arm(scene, Seat.RELAY, ServerLogOn(logs)).use(ServerLogOn).of
    return {
        count: Share(sum(named(lines, BOB, count) == ALICE for lines in seen), runs)
        for count in COUNTS
    }


def _by_receipts(operator: Adversary, delay: tuple[float, float], dice: Dice) -> Curve:
    """In a log that does not: by who gets something just after Bob."""
    logs: list[Log] = operator.use(ServerLogOn).of
    return {count: found(logs, count, delay, dice) for count in COUNTS}


def _graph(build: str, curve: Curve, accounts: int) -> Step:
    facts: dict[str, Fact] = {"accounts": accounts, "runs": curve[COUNTS[0]].runs}
    for count, share in curve.items():
        low, high = share.interval
        facts |= {
            f"found after {count}": round(share.percent, 1),
            f"low after {count}": round(low, 1),
            f"high after {count}": round(high, 1),
        }
    return Step(
        Words(
            f"Wer schreibt Bob? Nach 3 Nachrichten in {curve[3].percent:.0f} % der Läufe gefunden, "
            f"nach 10 in {curve[10].percent:.0f} %.",
            f"Who writes to Bob? Found in {curve[3].percent:.0f} % of the runs after 3 messages, "
            f"after 10 in {curve[10].percent:.0f} %.",
        ),
        {Seat.RELAY: tuple(_meter(count, share) for count, share in curve.items())},
        (Evidence(f"graph {build}", Words("Genauigkeit je Nachricht", "Accuracy"), facts),),
        detail=Words(
            "Modell: Jedes Konto bekommt im Mittel einen Umschlag in der Minute. Der Angriff "
            "zählt, wer kurz nach Bob etwas bekommt (die Quittung), und zieht ab, wer auch sonst "
            "etwas bekäme.",
            "A model: each account gets one envelope a minute on average. The attack counts who "
            "gets something just after Bob (the receipt), less who would get something anyway.",
        ),
    )


def _meter(count: int, share: Share) -> Line:
    low, high = share.interval
    bar = "█" * round(share.percent / 10)
    return plain(
        f"{count:2} Nachr. {bar:<10} {share.percent:3.0f} % ({low:.0f} bis {high:.0f})",
        f"{count:2} msgs   {bar:<10} {share.percent:3.0f} % ({low:.0f} to {high:.0f})",
    )


def _lengths(build: str, sizes: list[int]) -> Step:
    right = round(sentence_guessed(sizes), 1)
    kinds = len(set(sizes))
    return Step(
        Words(
            f"Welcher von zehn Sätzen war es? {right:.0f} % richtig geraten; verschiedene Größen: "
            f"{kinds}.",
            f"Which of ten sentences was it? {right:.0f} % guessed right; different sizes: "
            f"{kinds}.",
        ),
        {
            Seat.RELAY: tuple(
                plain(f"{dotted(size)} Byte", f"{size:,} bytes") for size in sorted(set(sizes))[:6]
            ),
            Seat.ALICE: tuple(said(text) for text in SENTENCES[-2:]),
        },
        (
            Evidence(
                f"lengths {build}",
                Words("Satz aus der Länge geraten", "Sentence guessed by its length"),
                {"sentences": len(sizes), "right": right, "sizes": kinds},
            ),
        ),
    )


def _nights_found(scene: Scene, dice: Dice, cover: int) -> Share:
    """Of so many people, for how many the log of a week tells when they sleep."""
    runs, hits = scene.settings["runs"], 0
    for _ in range(runs):
        lived = Rhythm.draw(dice, WEEK, AWAKE, cover)
        operator = arm(scene, Seat.RELAY, ServerLogOn(lived.hours))
        hits += lived.begins_at(night_guessed(operator.use(ServerLogOn).of, dice))
    return Share(hits, runs)


def _night(build: str, scene: Scene, dice: Dice) -> Step:
    share = _nights_found(scene, dice, 0)
    low, high = share.interval
    return Step(
        Words(
            f"Wann schläft Alice? In {share.percent:.0f} % der Läufe auf die Stunde genau, nach "
            "einer Woche.",
            f"When does Alice sleep? To the hour in {share.percent:.0f} % of the runs, after a "
            "week.",
        ),
        {
            Seat.RELAY: (
                held(
                    "Die längste stille Zeit des Tages ist die Nacht.",
                    "The longest silent time of the day is the night.",
                ),
            ),
        },
        (
            Evidence(
                f"night {build}",
                Words("Schlafzeit gefunden", "Night found"),
                {
                    "found": round(share.percent, 1),
                    "low": round(low, 1),
                    "high": round(high, 1),
                    "runs": share.runs,
                },
            ),
        ),
        question=Question(
            Words(
                "Nach einer Woche im Protokoll: Wie genau weiß der Server, wann Alice schläft?",
                "After a week of its log: how well does the relay know when Alice sleeps?",
            ),
            (
                Words("gar nicht", "not at all"),
                Words("auf den halben Tag", "to half a day"),
                Words("auf die Stunde", "to the hour"),
            ),
            right=2,
        ),
        notes=Words(
            "Dagegen hilft das Produkt nicht, und das gehört genauso groß an die Wand.",
            "The product does not help against this, and that belongs on the wall just as large.",
        ),
    )


def _bought(scene: Scene, operator: Adversary, delay: tuple[float, float], dice: Dice) -> Step:
    """More delay of receipts, and envelopes that say nothing: what they buy, and what they cost."""
    jitter, cover = scene.settings["jitter.seconds"], scene.settings["cover.a.day"]
    share = found(operator.use(ServerLogOn).of, 3, (delay[0], delay[1] + jitter), dice)
    night = _nights_found(scene, dice, cover)
    low, high = share.interval
    more = 100 * cover / (2 * AWAKE)
    wait = jitter / 2
    return Step(
        Words(
            f"Gekauft: {wait:.0f} s mehr Wartezeit und {more:.0f} % mehr Verkehr; gefunden nach 3 "
            f"Nachrichten nur noch in {share.percent:.0f} %.",
            f"Bought: {wait:.0f} s more delay and {more:.0f} % more traffic; after 3 messages "
            f"found in {share.percent:.0f} % only.",
        ),
        {
            Seat.RELAY: (
                _meter(3, share),
                plain(
                    f"Schlafzeit gefunden: {night.percent:.0f} %",
                    f"night found: {night.percent:.0f} %",
                ),
            ),
            Seat.PUBLIC: (
                plain(f"Kosten: {wait:.0f} s, +{more:.0f} %", f"cost: {wait:.0f} s, +{more:.0f} %"),
            ),
        },
        (
            Evidence(
                "bought",
                Words("Mit Verzögerung und Füllverkehr (Modell)", "With delay and cover (a model)"),
                {
                    "found after 3": round(share.percent, 1),
                    "low after 3": round(low, 1),
                    "high after 3": round(high, 1),
                    "night found": round(night.percent, 1),
                    "seconds": wait,
                    "more traffic": more,
                },
            ),
        ),
        detail=Words(
            "Dieser Schritt ist ein Modell: Das Produkt bietet diese Verzögerung und diesen "
            "Füllverkehr nicht an. Quittungen lassen sich abschalten; dann antwortet nichts.",
            "This step is a model: the product does not offer this delay and this cover. Receipts "
            "can be switched off; then nothing answers.",
        ),
    )
