"""B5: the relay keeps two key logs, and shows Alice alone the one with the swapped key.

Alice writes to Carol as well     who is shown the other log: their messages compare them
all whom Alice knows is in on it  nobody compares anything
... until she sees a code         on paper, or on somebody's screen
a witness cosigns the log         one history, never two
"""

from collections.abc import AsyncGenerator
from contextlib import suppress

from doorless_client.core.api import KeyChangedError, RefusedError
from doorless_lab.keylog.directory import LedgerDirectory
from doorless_lab.keylog.witness import LabWitness
from doorless_lab.powers import DirectoryWrite, LogEquivocate, ServerWrite
from doorless_lab.scenario import Evidence, Question, Scene, Seat, Step
from doorless_lab.staging.lines import (
    all_said,
    held,
    missing,
    plain,
    proof,
    raised,
    refused,
    said,
)
from doorless_lab.staging.logged import (
    DAY,
    HOUR,
    NEVER,
    Logged,
    alarms,
    received,
    secret,
    secrets_in,
    with_proof,
)
from doorless_lab.words import Words, same

LOOKED_FOR = 3 * DAY
"""Seconds after which an alarm that did not come counts as none."""


async def play(scene: Scene) -> AsyncGenerator[Step, None]:
    base = Logged.begin(scene)
    yield _two_logs(scene, base.variant(scene.random(32)))
    yield _gossip(scene, base.variant(scene.random(32)), base.variant(scene.random(32)))
    eclipsed = base.variant(scene.random(32))
    yield _eclipse(scene, eclipsed)
    yield _on_paper(eclipsed)
    yield _witness(scene, Logged.begin(scene, witnessed=bool(scene.settings["witnesses"])))


def split(scene: Scene, stage: Logged) -> LedgerDirectory:
    """Alice, and Mallory's own device, are answered from another log, which has a ghost of Bob."""
    keys = LogEquivocate(stage.truth)
    other = stage.armed(scene, keys).use(LogEquivocate).of.copy(stage.world.random)
    told = ServerWrite([stage.answers(one) for one in (stage.alice, stage.mallory)])
    mallory = stage.armed(scene, keys, DirectoryWrite(other), told)
    for answers in mallory.use(ServerWrite).of:
        answers.from_log(mallory.use(DirectoryWrite).of)
    hers: LedgerDirectory = mallory.use(DirectoryWrite).of
    hers.ledger.show(stage.label, stage.ghost(hers))
    stage.publish(stage.truth, hers)
    stage.truth.ledger.note()  # if there is a witness, it is asked about the true log first
    return hers


def _two_logs(scene: Scene, stage: Logged) -> Step:
    other = split(scene, stage)
    ours, theirs = stage.truth.ledger, other.ledger
    roots = ours.root().hex()[:16], theirs.root().hex()[:16]
    return Step(
        Words(
            f"Der Server führt zwei Verzeichnisse mit je {ours.size} Einträgen: eines für Alice, "
            "eines für alle anderen.",
            f"The relay keeps two logs of {ours.size} entries each: one for Alice, one for "
            "everybody else.",
        ),
        {
            Seat.RELAY: (
                held(f"Wahr: {ours.size} · {roots[0]}…", f"True: {ours.size} · {roots[0]}…"),
                held(
                    f"Gefälscht: {theirs.size} · {roots[1]}…",
                    f"Forged: {theirs.size} · {roots[1]}…",
                ),
            ),
            Seat.ALICE: (
                plain("Mein Verzeichnis ist in sich stimmig.", "My log is consistent in itself."),
            ),
            Seat.BOB: (
                plain("Meines auch. Kein fremder Schlüssel.", "So is mine. No strange key."),
            ),
        },
        (
            Evidence(
                "two logs",
                Words("Zwei Köpfe gleicher Größe", "Two heads of one size"),
                {
                    "size": ours.size,
                    "same size": ours.size == theirs.size,
                    "roots": " ".join(roots),
                },
            ),
        ),
        detail=Words(
            "Jedes der beiden Verzeichnisse besteht für sich jede Prüfung. Nur der Vergleich "
            "zweier Personen kann die Lüge zeigen.",
            "Each of the two logs passes every check on its own. Only two people who compare can "
            "show the lie.",
        ),
    )


def _texts_a_day_later(scene: Scene, stage: Logged) -> int:
    """How many texts to Carol it takes once both have looked since the next anchor."""
    other = split(scene, stage)
    stage.publish(stage.truth, other, after=DAY)
    for one in (stage.alice, stage.carol):
        one.run(one.engine.check_log())
    for text in range(1, 6):
        stage.alice.says("carol", "hi")
        stage.world.advance(60)
        if alarms(stage.alice) + alarms(stage.carol):
            return text
    return NEVER


def _gossip(scene: Scene, stage: Logged, later: Logged) -> Step:
    """Alice writes to Bob's ghost and to Carol, whose messages the relay cannot read."""
    other, every = split(scene, stage), scene.settings["every.minutes"]
    began, texts = stage.now, 0
    with suppress(RefusedError):
        stage.alice.add("bob")
    while not alarms(stage.alice) + alarms(stage.carol) and stage.now - began < LOOKED_FOR:
        with suppress(RefusedError):
            stage.alice.says("carol", f"hi {texts + 1}")
            texts += 1
            stage.alice.says("bob", secret(texts))
        stage.world.advance(60)
        stage.publish(stage.truth, other, after=every * 60 - 60)
        stage.world.settle()
    stage.world.advance(600)
    read = secrets_in(received(stage.mallory))
    hours = round((stage.now - began) / HOUR)
    enough = _texts_a_day_later(scene, later)
    holders = [one for one in (stage.carol, stage.alice) if with_proof(one) is not None]
    evidence = [
        Evidence(
            "gossip",
            Words("Bis zum Alarm", "Until the alarm"),
            {
                "texts": texts,
                "enough a day later": enough,
                "hours": hours if holders else NEVER,
                "read": len(read),
                "accusers": len(holders),
            },
        )
    ]
    for who in holders[:1]:
        found = with_proof(who)
        if found is not None:
            caption = Words(
                "Zwei Geschichten, beide vom Server unterschrieben",
                "Two histories, both signed by the relay",
            )
            title, bundle = found[0].title, found[1]
            evidence.append(proof("B5-two-histories", caption, bundle, title, stage.truth.config))
    return Step(
        Words(
            f"Alices Nachricht an Carol trägt versiegelt mit, was Alice gezeigt wurde: Alarm nach "
            f"{hours} Stunden.",
            f"Alice's message to Carol carries, sealed, what Alice was shown: alarm after {hours} "
            "hours.",
        ),
        {
            Seat.ALICE: (said(secret(texts)), plain("und an Carol: hi", "and to Carol: hi")),
            Seat.CAROL: (
                *raised([*alarms(stage.carol), *alarms(stage.alice)]),
                plain(
                    f"Einen Tag später hätten {enough} Nachricht(en) genügt.",
                    f"A day later {enough} message(s) would have been enough.",
                ),
            ),
            Seat.MALLORY: (
                held(f"Bis dahin gelesen: {len(read)}", f"Read until then: {len(read)}"),
                *all_said(read[-2:]),
            ),
            Seat.PUBLIC: (
                held(
                    "Beide Unterschriften liegen im Beweis; jeder kann nachrechnen.",
                    "Both signatures are in the proof; anybody can check.",
                ),
            ),
        },
        tuple(evidence),
        Question(
            Words(
                "Carols Nachrichten kann der Server nicht lesen. Kann er den Vergleich verhindern?",
                "The relay cannot read Carol's messages. Can it prevent the comparison?",
            ),
            (
                Words("Ja, er filtert ihn heraus.", "Yes, it filters it out."),
                Words(
                    "Nur, indem er alle Nachrichten zwischen den beiden sperrt.",
                    "Only by blocking all messages between the two.",
                ),
                Words("Ja, er unterschreibt neu.", "Yes, it signs anew."),
            ),
            right=1,
        ),
    )


def _eclipse(scene: Scene, stage: Logged) -> Step:
    """Alice writes to nobody whom the relay has not replaced."""
    other = split(scene, stage)
    began, texts = stage.now, 0
    with suppress(RefusedError):
        stage.alice.add("bob")
        while stage.now - began < LOOKED_FOR:
            texts += 1
            stage.alice.says("bob", secret(texts))
            stage.publish(stage.truth, other, after=3 * HOUR)
            stage.world.settle()
    read = secrets_in(received(stage.mallory))
    raised = sum(len(alarms(one)) for one in (stage.alice, stage.bob, stage.carol))
    hours = round((stage.now - began) / HOUR)
    return Step(
        Words(
            f"Ist Alice ganz abgeschirmt, liest Mallory {len(read)} Nachrichten in {hours} "
            f"Stunden; Alarme: {raised}.",
            f"With Alice cut off from everybody, Mallory reads {len(read)} messages in {hours} "
            f"hours; alarms: {raised}.",
        ),
        {
            Seat.ALICE: (plain("Sieht normal aus.", "Looks normal."), *all_said(read[-2:])),
            Seat.MALLORY: (
                held(f"Gelesen: {len(read)}", f"Read: {len(read)}"),
                *all_said(read[-2:]),
            ),
            Seat.BOB: (missing("Nichts. Kein Alarm.", "Nothing. No alarm."),),
        },
        (
            Evidence(
                "eclipse",
                Words("Ganz abgeschirmt", "Cut off altogether"),
                {"said": texts, "read": len(read), "alarms": raised, "hours": hours},
            ),
        ),
        question=Question(
            Words(
                "Alle, mit denen Alice schreibt, stecken mit dem Server unter einer Decke. Wer "
                "schlägt Alarm?",
                "All with whom Alice writes are in league with the relay. Who raises the alarm?",
            ),
            (Words("Alices Gerät", "Alice's device"), same("Bob"), Words("Niemand", "Nobody")),
            right=2,
        ),
        notes=Words(
            "Diese Grenze so groß zeigen wie den Erfolg davor: Ohne einen einzigen ehrlichen Weg "
            "kann niemand vergleichen.",
            "Show this limit as large as the success before: without one honest channel nobody "
            "can compare.",
        ),
    )


def _on_paper(stage: Logged) -> Step:
    """Bob shows his code, and Carol hers: two channels that the relay does not carry."""
    alice, bob, carol = stage.alice, stage.bob, stage.carol
    differs = 0
    with suppress(RefusedError):
        bob.add("alice")
    shown = bob.engine.safety_number(bob.chat("alice").conversation).qr
    try:
        alice.engine.verify(alice.chat("bob").conversation, shown)
    except KeyChangedError:
        differs = 1
    code = carol.engine.safety_number(carol.chat("alice").conversation).qr
    with suppress(RefusedError):
        alice.engine.verify(alice.chat("carol").conversation, code)
    stage.world.advance(600)
    found = with_proof(alice)
    evidence = [
        Evidence(
            "paper",
            Words("Zwei abgelesene Codes", "Two codes that were read"),
            {"number differs": differs, "alarms": len(alarms(alice)), "proven": found is not None},
        )
    ]
    if found is not None:
        caption = Words("Der Beweis nach dem Abgleich", "The proof after comparing")
        bundle, title = found[1], found[0].title
        evidence.append(proof("B5-after-the-code", caption, bundle, title, stage.truth.config))
    return Step(
        Words(
            "Ein Code vom Papier oder von Carols Bildschirm beendet die Abschirmung sofort.",
            "A code from paper or from Carol's screen ends the eclipse at once.",
        ),
        {
            Seat.ALICE: (
                refused("Die Nummern sind verschieden.", "The numbers differ."),
                *raised(alarms(alice)),
            ),
            Seat.BOB: (plain(f"{shown[:40]}…", f"{shown[:40]}…"),),
            Seat.CAROL: (plain(f"{code[:40]}…", f"{code[:40]}…"),),
        },
        tuple(evidence),
    )


def _witness(scene: Scene, stage: Logged) -> Step:
    other, hours = split(scene, stage), scene.settings["isolated.hours"]
    witness = stage.truth.ledger.witness
    for _ in range(hours):
        stage.publish(stage.truth, other, after=HOUR)
        stage.world.settle()
    accepted, why = 1, ""
    try:
        stage.alice.add("bob")
        stage.alice.says("bob", secret(1))
        stage.world.settle()
    except RefusedError as refusal:
        accepted, why = 0, str(refusal)
    count, forks = _of(witness)
    read = len(secrets_in(received(stage.mallory)))
    return Step(
        Words(
            f"Ein Zeuge unterschreibt nur eine der beiden Geschichten; Alice nimmt danach "
            f"{accepted} falsche Schlüssel an.",
            f"A witness cosigns only one of the two histories; after that Alice takes {accepted} "
            "false keys.",
        ),
        {
            Seat.ALICE: (
                refused("Zu wenige Zeugen: kein neuer Schlüssel.", "Too few witnesses: no new key.")
                if not accepted
                else plain("Sieht normal aus.", "Looks normal."),
            ),
            Seat.PUBLIC: (
                held(
                    f"Zeuge: {count} Köpfe nicht unterschrieben, {forks} Gabelungen aufbewahrt.",
                    f"Witness: {count} heads not cosigned, {forks} forks kept.",
                ),
            ),
            Seat.MALLORY: (held(f"Gelesen: {read}", f"Read: {read}"),),
        },
        (
            Evidence(
                "witness",
                Words("Was der Zeuge tat", "What the witness did"),
                {
                    "accepted": accepted,
                    "read": read,
                    "refused": count,
                    "hours": hours,
                    "refusal": why,
                },
            ),
        ),
        detail=Words(
            "Fehlt die Unterschrift des Zeugen mehr als 24 Stunden, nimmt der Client keine neuen "
            "oder geänderten Schlüssel an; laufende Gespräche gehen weiter.",
            "If the witness's line is missing for more than 24 hours, the client takes no new or "
            "changed keys; running conversations go on.",
        ),
    )


def _of(witness: object) -> tuple[int, int]:
    return (witness.refused, len(witness.forks)) if isinstance(witness, LabWitness) else (0, 0)
