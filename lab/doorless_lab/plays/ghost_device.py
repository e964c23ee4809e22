"""B3: a second device that reads along under Bob's name.

honest          as many sealed copies as there are devices on Bob's list
a  forged       a longer list, signed by another key than Bob's
b  replayed     an older list of Bob's own, on which his lost tablet still stands
c  key stolen   a longer list signed by Bob's own key, shown to Alice alone
d  in hand      somebody who had Bob's unlocked phone linked it, by the book
"""

from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress

from doorless_client.core.api import RefusedError
from doorless_client.core.effects import Anonymously, Ask
from doorless_lab.answers import Answers, Change
from doorless_lab.keylog.directory import LedgerDirectory
from doorless_lab.keylog.powers import FalseEntry
from doorless_lab.linking import link
from doorless_lab.powers import (
    DeviceUnlocked,
    DirectoryWrite,
    LogEquivocate,
    ServerWrite,
    StateCopy,
)
from doorless_lab.scenario import Evidence, Question, Scene, Seat, Step
from doorless_lab.staging.ghost import Ghost
from doorless_lab.staging.lines import (
    held,
    missing,
    new_device,
    plain,
    proof,
    raised,
    refused,
    said,
)
from doorless_lab.staging.logged import DAY, HOUR, NEVER, Logged, alarms, secret, with_proof
from doorless_lab.words import Words
from doorless_protocol.frames import Answered, Found, Lookup
from doorless_protocol.manifest import Manifest

STALE = 700
"""Seconds after which a client asks again which devices somebody has; it waits ten minutes."""


async def play(scene: Scene) -> AsyncGenerator[Step, None]:
    base = Logged.begin(scene)
    base.meet(base.alice, base.bob)
    yield _honest(base.variant(scene.random(32)))
    yield _forged(scene, base.variant(scene.random(32)))
    yield _replayed(scene, base.variant(scene.random(32)))
    yield _stolen_key(scene, base.variant(scene.random(32)))
    yield _linked(scene, base.variant(scene.random(32)))


def _honest(stage: Logged) -> Step:
    link(stage.bob, "tablet")
    stage.world.advance(STALE)
    stage.alice.says("bob", "hello")  # which begins a session with the new device
    stage.world.advance(STALE)
    copies = _copies(stage, lambda: stage.alice.says("bob", "hello to both"))
    listed = len(stage.bob.engine.state.manifest.entries)
    return Step(
        Words(
            f"Bob hat {listed} Geräte; Alices Programm verschlüsselt {copies.total()}-mal.",
            f"Bob has {listed} devices; Alice's program seals {copies.total()} times.",
        ),
        {
            Seat.ALICE: (
                said("hello to both"),
                plain(f"Umschläge: {copies.total()}", f"Envelopes: {copies.total()}"),
            ),
            Seat.BOB: (held(f"Geräte auf der Liste: {listed}", f"Devices on the list: {listed}"),),
            Seat.RELAY: (
                *(
                    plain(f"Postfach {box.hex()[:8]}: {count}", f"mailbox {box.hex()[:8]}: {count}")
                    for box, count in copies.items()
                ),
            ),
        },
        (
            Evidence(
                "copies",
                Words("Umschläge und Geräte", "Envelopes and devices"),
                {"envelopes": copies.total(), "devices": listed},
            ),
        ),
        Question(
            Words(
                "Zwei Kontakte mit je drei Geräten: Wie oft verschlüsselt Alices Programm?",
                "Two contacts with three devices each: how often does Alice's program seal?",
            ),
            (
                Words("Einmal, der Server kopiert.", "Once, the relay copies."),
                Words("Zweimal.", "Twice."),
                Words("Sechsmal.", "Six times."),
            ),
            right=2,
        ),
    )


def _forged(scene: Scene, stage: Logged) -> Step:
    """In the relay's database, a device more."""
    mallory = stage.armed(scene, ServerWrite(stage.answers(stage.alice)))
    told: Answers = mallory.use(ServerWrite).of
    hers = stage.mallory.engine.state.signing
    forged = Ghost.forged(told.listed("bob"), hers, stage.now, stage.world.random)
    forged.served_by(told)
    longer, ghost = forged.manifest, forged.mailbox
    told.changes.append(_instead_of_bobs(longer))
    stage.world.advance(STALE)
    sealed = _copies(stage, lambda: stage.alice.says("bob", "to whom?"))
    state = stage.alice.messages("bob")[-1].state
    sees = stage.alice.engine.details(stage.alice.chat("bob").conversation).devices
    return Step(
        Words(
            f"Der Server trägt ein drittes Gerät ein; an dieses gehen {sealed[ghost]} Umschläge.",
            f"The relay enters a third device; {sealed[ghost]} envelopes go to it.",
        ),
        {
            Seat.ALICE: (
                refused(
                    "Die Unterschrift der Geräteliste ist ungültig; die Nachricht wartet.",
                    "The signature of the device list is invalid; the message waits.",
                ),
                plain(f"Geräte von Bob: {sees}", f"Bob's devices: {sees}"),
            ),
            Seat.MALLORY: (missing(f"Umschläge: {sealed[ghost]}", f"Envelopes: {sealed[ghost]}"),),
            Seat.RELAY: (
                held(
                    f"Liste Version {longer.version} mit {len(longer.entries)} Geräten.",
                    f"List version {longer.version} with {len(longer.entries)} devices.",
                ),
            ),
        },
        (
            Evidence(
                "forged list",
                Words("Die gefälschte Liste", "The forged list"),
                {
                    "to the ghost": sealed[ghost],
                    "devices seen": sees,
                    "state": state.name.lower() if state is not None else "",
                },
                longer.encode(),
            ),
        ),
    )


def _replayed(scene: Scene, stage: Logged) -> Step:
    """Bob lost his tablet and removed it; the relay shows the list from before."""
    alice, bob = stage.alice, stage.bob
    mallory = stage.armed(scene, ServerWrite(stage.answers(alice)), DirectoryWrite(stage.truth))
    told: Answers = mallory.use(ServerWrite).of
    log: LedgerDirectory = mallory.use(DirectoryWrite).of
    tablet = link(bob, "tablet")
    stage.world.advance(STALE)
    alice.says("bob", "hello")
    stage.world.advance(60)
    stage.looks(bob)
    older, before = told.listed("bob"), log.ledger.newest[stage.label]
    log.name(older)
    bob.run(bob.engine.fleet.remove("tablet"))
    tablet.goes(online=False)
    stage.world.advance(STALE)
    alice.says("bob", "hello again")
    stage.world.advance(60)
    stage.looks(bob)
    newer = bob.engine.state.manifest
    told.changes.append(_instead_of_bobs(older))
    log.ledger.show(stage.label, before)
    stage.publish(log)
    stage.world.advance(STALE)
    sealed = _copies(stage, lambda: alice.says("bob", "not for the thief"))
    lost = bytes(tablet.engine.state.keys.mailbox)
    stage.world.advance(DAY)
    stage.looks(bob)
    found = with_proof(bob)
    evidence = [
        Evidence(
            "replayed list",
            Words("Die alte Liste noch einmal", "The old list once more"),
            {
                "to the lost tablet": sealed[lost],
                "shown": older.version,
                "seen before": newer.version,
                "owner's alarms": len(alarms(bob)),
            },
        )
    ]
    if found is not None:
        caption = Words("Bobs Beweis gegen den Server", "Bob's proof against the relay")
        evidence.append(proof("B3-old-list", caption, found[1], found[0].title, stage.truth.config))
    return Step(
        Words(
            f"Der Server zeigt Bobs alte Liste mit dem verlorenen Tablet; dorthin gehen "
            f"{sealed[lost]} Umschläge.",
            f"The relay shows Bob's old list with the lost tablet; {sealed[lost]} envelopes go "
            "there.",
        ),
        {
            Seat.ALICE: (
                refused(
                    f"Liste {older.version} ist älter als die bekannte {newer.version}.",
                    f"List {older.version} is older than {newer.version}, which is known.",
                ),
            ),
            Seat.MALLORY: (missing(f"Umschläge: {sealed[lost]}", f"Envelopes: {sealed[lost]}"),),
            Seat.BOB: raised(alarms(bob)),
        },
        tuple(evidence),
    )


def _fork(scene: Scene, stage: Logged) -> tuple[Ghost, LedgerDirectory]:
    """A ghost whom Bob's own key signed, and the second log, for Alice alone, that has it."""
    thief = stage.armed(
        scene,
        StateCopy(stage.bob.engine.state.signing),
        LogEquivocate(stage.truth),
        ServerWrite(stage.answers(stage.alice)),
    )
    told: Answers = thief.use(ServerWrite).of
    stolen, random = thief.use(StateCopy).of, stage.world.random
    other: LedgerDirectory = thief.use(LogEquivocate).of.copy(random)
    told.from_log(other)
    ghost = Ghost.signed(told.listed("bob"), stolen, stage.now, random)
    entry = FalseEntry(stage.label, ghost.manifest, stolen, stage.now)
    other.ledger.show(stage.label, entry.put_into(other, random))
    ghost.served_by(told)
    return ghost, other


def _stolen_key(scene: Scene, stage: Logged) -> Step:
    every = scene.settings["every.minutes"]
    ghost, other = _fork(scene, stage)
    stage.publish(stage.truth, other)
    stage.world.advance(STALE)
    began, said_by_alice, told_after, told = stage.now, 0, NEVER, NEVER
    while stage.now - began < 3 * DAY and with_proof(stage.bob) is None:
        with suppress(RefusedError):
            said_by_alice += 1
            stage.alice.says("bob", secret(said_by_alice))
        stage.world.advance(60)
        stage.publish(stage.truth, other, after=every * 60 - 60)
        stage.world.settle()
        if told < 0 and alarms(stage.bob):
            told, told_after = len(ghost.reads(stage.now)), round((stage.now - began) / 60)
    read, proven_after = len(ghost.reads(stage.now)), round((stage.now - began) / HOUR)
    found = with_proof(stage.bob)
    evidence = [
        Evidence(
            "stolen key",
            Words("Bis Bob es erfuhr", "Until Bob was told"),
            {
                "read until told": told,
                "minutes": told_after,
                "read until proven": read,
                "hours": proven_after if found else NEVER,
                "noted by alice": sum("added" in note for note in stage.alice.notes("bob")),
            },
        )
    ]
    if found is not None:
        caption = Words("Zwei Geschichten, beide unterschrieben", "Two histories, both signed")
        evidence.append(
            proof("B3-two-histories", caption, found[1], found[0].title, stage.truth.config)
        )
    return Step(
        Words(
            f"Mit Bobs gestohlenem Schlüssel liest der Geist {told} Nachrichten, bis Bob nach "
            f"{told_after} Minuten gewarnt wird.",
            f"With Bob's stolen key the ghost reads {told} messages until Bob is warned after "
            f"{told_after} minutes.",
        ),
        {
            Seat.ALICE: (new_device(),),
            Seat.MALLORY: (held(f"Gelesen: {read}", f"Read: {read}"), *map(said, ghost.read[-2:])),
            Seat.BOB: raised(alarms(stage.bob)),
        },
        tuple(evidence),
        detail=Words(
            "Jede Nachricht trägt versiegelt mit, für welche Liste sie verschlüsselt wurde. Bobs "
            "echtes Gerät vergleicht das mit seiner eigenen.",
            "Every message carries, sealed, for which list it was sealed. Bob's true device "
            "compares that with its own.",
        ),
    )


def _linked(scene: Scene, stage: Logged) -> Step:
    """By the whole protocol, by somebody who held Bob's phone while it was open."""
    holder = stage.armed(scene, DeviceUnlocked(stage.bob.store))
    thief = link(stage.in_hand(holder.use(DeviceUnlocked).of), "tablet")
    stage.bob.reopen()
    stage.world.advance(STALE)
    texts = [secret(number) for number in range(1, scene.settings["messages"] + 1)]
    for text in texts:
        stage.alice.says("bob", text)
        stage.world.advance(60)
    read = [text for text in thief.texts("alice") if text in texts]
    noted = [one for one in (stage.alice, stage.carol) if "bob added a device" in one.notes("bob")]
    stage.bob.run(stage.bob.engine.fleet.remove("tablet"))
    stage.world.advance(STALE)
    to = _copies(stage, lambda: stage.alice.says("bob", "after"))
    after = to[bytes(thief.engine.state.keys.mailbox)]
    return Step(
        Words(
            f"Wer Bobs offenes Telefon hatte, liest {len(read)} von {len(texts)}; {len(noted)} "
            f"Kontakte sehen das neue Gerät, und nach dem Entfernen gehen {after} Umschläge hin.",
            f"Whoever had Bob's open phone reads {len(read)} of {len(texts)}; {len(noted)} "
            f"contacts see the new device, and after its removal {after} envelopes go there.",
        ),
        {
            Seat.ALICE: (new_device(),),
            Seat.CAROL: (new_device(),),
            Seat.BOB: (
                held("Geräteliste: „tablet“ ist neu.", "Device list: “tablet” is new."),
                plain("Bob entfernt es.", "Bob removes it."),
            ),
            Seat.MALLORY: (
                held(f"Gelesen: {len(read)}", f"Read: {len(read)}"),
                *map(said, read[:2]),
            ),
        },
        (
            Evidence(
                "linked",
                Words("Von Hand gekoppelt", "Linked by hand"),
                {"said": len(texts), "read": len(read), "noted": len(noted), "after": after},
            ),
        ),
        notes=Words(
            "Gegen jemanden, der das entsperrte Telefon in der Hand hat, schützt kein Protokoll. "
            "Es sorgt dafür, dass man es sieht.",
            "No protocol protects from somebody who holds the unlocked phone. It sees to it that "
            "it shows.",
        ),
    )


def _instead_of_bobs(manifest: Manifest) -> Change:
    """Whoever asks for Bob is given this list, beside the proof that the log gives."""

    def answer(ask: Ask, answered: Answered) -> Answered:
        request = ask.request if isinstance(ask, Anonymously) else None
        if isinstance(request, Lookup) and request.handle == "bob" and isinstance(answered, Found):
            return Found(manifest.encode(), (), answered.proof)
        return answered

    return answer


def _copies(stage: Logged, says: Callable[[], object]) -> Counter[bytes]:
    """Mailboxes of others, and how many envelopes Alice sent there at once for what was said."""
    before = len(stage.world.submitted)
    says()
    stage.world.settle()
    boxes = Counter(bytes(one.mailbox) for one in stage.world.submitted[before:])
    del boxes[bytes(stage.alice.engine.state.keys.mailbox)]  # Bob's receipts
    return boxes
