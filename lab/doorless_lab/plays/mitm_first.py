"""B1: whoever runs the relay answers "who is Bob?" with keys of their own.

the answer is forged       beside a log that says the truth
the log is forged, too     until Bob's device looks at what stands there under his name
... and mended again       before it looks
the code was on paper      before the first word
"""

from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import replace

from doorless_client.core.api import KeyChangedError, RefusedError
from doorless_client.core.effects import Anonymously, Ask
from doorless_lab.answers import Answers
from doorless_lab.keylog.directory import LedgerDirectory
from doorless_lab.keylog.ledger import Ledger
from doorless_lab.plays.mitm_without_log import without_a_log
from doorless_lab.powers import DirectoryWrite, ServerWrite
from doorless_lab.scenario import Evidence, Fact, Product, Question, Scene, Seat, Step
from doorless_lab.staging.lines import (
    alarm,
    all_said,
    held,
    missing,
    plain,
    proof,
    raised,
    refused,
)
from doorless_lab.staging.logged import NEVER, Logged, alarms, received, secret, with_proof
from doorless_lab.words import Words, same
from doorless_lab.world_person import Person
from doorless_protocol.frames import Answered, BundleServed, Found, Lookup
from doorless_protocol.prekey_secrets import draw_bundle

MINUTE = 60


async def play(scene: Scene) -> AsyncGenerator[Step, None]:
    if scene.product is Product.LEGACY:
        yield without_a_log(scene)
        return
    base = Logged.begin(scene)
    yield _asks(base)
    yield _swaps_the_answer(scene, base.variant(scene.random(32)))
    yield _writes_it_into_the_log(scene, base.variant(scene.random(32)))
    yield _takes_it_back(scene, base.variant(scene.random(32)))
    yield _compares_first(scene, base.variant(scene.random(32)))


def _asks(base: Logged) -> Step:
    return Step(
        Words(
            "Alice will Bob zum ersten Mal schreiben und fragt den Server nach seinen Schlüsseln.",
            "Alice wants to write to Bob for the first time, and asks the relay for his keys.",
        ),
        {
            Seat.ALICE: (plain("Wer ist bob?", "Who is bob?"),),
            Seat.BOB: (
                held(f"Meine Schlüssel: {_short(base.bob)}", f"My keys: {_short(base.bob)}"),
            ),
            Seat.MALLORY: (
                held(
                    f"Schlüssel, die ich unterschieben will: {_short(base.mallory)}",
                    f"The keys that I want to slip in: {_short(base.mallory)}",
                ),
            ),
        },
        detail=Words(
            "Wer die Antwort auf diese Frage fälscht, sitzt in der Mitte: Alice verschlüsselt für "
            "ihn, er liest und verschlüsselt neu für Bob. Kein Zeichen im Chat verrät es.",
            "Whoever forges the answer to this question sits in the middle: Alice seals for them, "
            "they read and seal anew for Bob. Nothing in the chat shows it.",
        ),
    )


def _swaps_the_answer(scene: Scene, variant: Logged) -> Step:
    """Other keys beside the true proof, then other prekeys under the true keys."""
    alice = variant.alice
    mallory = variant.armed(scene, ServerWrite(variant.answers(alice)))
    told: Answers = mallory.use(ServerWrite).of
    hers = variant.mallory.engine.state.manifest

    def swap_keys(ask: Ask, answered: Answered) -> Answered:
        asks_for_bob = isinstance(ask, Anonymously) and isinstance(ask.request, Lookup)
        if asks_for_bob and isinstance(answered, Found):
            return Found(hers.encode(), (), answered.proof)
        return answered

    told.changes = [swap_keys]
    before = len(variant.world.submitted)
    accepted, why = 0, ""
    try:
        alice.add("bob")
        accepted += 1
    except RefusedError as refusal:
        why = str(refusal)
    with suppress(RefusedError):
        _swap_prekeys(variant, told)
    variant.world.settle()
    sealed = _sealed_for_bob(variant, before)
    facts: dict[str, Fact] = {
        "attempts": 2,
        "keys accepted": accepted,
        "sealed": sealed,
        "why": why,
    }
    return Step(
        Words(
            f"Der Server antwortet mit Mallorys Schlüsseln; dafür verschlüsselt: {sealed}.",
            f"The relay answers with Mallory's keys; messages sealed to them: {sealed}.",
        ),
        {
            Seat.ALICE: (
                refused(
                    "Der Nachweis aus dem Schlüsselverzeichnis passt nicht. Nichts gesendet.",
                    "The proof from the key log does not fit. Nothing was sent.",
                ),
            ),
            Seat.MALLORY: (missing(f"Gelesen: {sealed} Nachrichten", f"Read: {sealed} messages"),),
            Seat.RELAY: (
                plain(
                    "Zwei Versuche: andere Schlüssel; dann andere Vorabschlüssel.",
                    "Two attempts: other keys; then other prekeys.",
                ),
            ),
        },
        (Evidence("answer", Words("Zwei gefälschte Antworten", "Two forged answers"), facts),),
        Question(
            Words(
                "Die Antwort ist gefälscht, das Verzeichnis nicht. Was tut Alices Programm?",
                "The answer is forged, the log is not. What does Alice's program do?",
            ),
            (
                Words("Es sendet, warnt aber.", "It sends, with a warning."),
                Words("Es sendet nichts.", "It sends nothing."),
                Words("Es merkt nichts.", "It notices nothing."),
            ),
            right=1,
        ),
    )


def _swap_prekeys(variant: Logged, told: Answers) -> None:
    """Bob's true entry, and prekeys that Mallory made in the name of Bob's device."""
    alice, bob = variant.alice, told.listed("bob")
    told.changes = []
    alice.add(variant.bob.engine.invite())
    keys = replace(variant.mallory.engine.state.keys, device=bob.entries[0].device)
    bundle, _, _ = draw_bundle(keys, bob.account, variant.now, variant.world.random, count=1)
    served = BundleServed(bundle.encode(), b"", 0, ())
    told.changes = [lambda _, answered: served if isinstance(answered, BundleServed) else answered]
    alice.says("bob", "for Bob's eyes")


def _enters(scene: Scene, variant: Logged) -> Ledger:
    """Mallory's keys under Bob's name, in the log; which she holds from here on."""
    mallory = variant.armed(scene, DirectoryWrite(variant.truth))
    log: LedgerDirectory = mallory.use(DirectoryWrite).of
    log.ledger.show(variant.label, variant.ghost(log))
    variant.publish(log)
    return log.ledger


def _writes_it_into_the_log(scene: Scene, variant: Logged) -> Step:
    audit, every = scene.settings["audit.minutes"], scene.settings["every.minutes"]
    _enters(scene, variant)
    began = variant.world.now
    said: list[str] = []
    with suppress(RefusedError):
        variant.alice.add("bob")
        while variant.world.now - began < audit * MINUTE:
            said.append(secret(len(said) + 1))
            variant.alice.says("bob", said[-1])
            variant.world.advance(every * MINUTE)
    variant.looks(variant.bob)
    after = round((variant.world.now - began) / MINUTE)
    read = [one for one in received(variant.mallory) if one in said]
    found = with_proof(variant.bob)
    evidence = [
        Evidence(
            "in the log",
            Words("Was bis zum Alarm gelesen war", "What was read until the alarm"),
            {
                "said": len(said),
                "read": len(read),
                "alarms": len(alarms(variant.bob)),
                "minutes": after if found else NEVER,
            },
        )
    ]
    if found is not None:
        caption = Words(
            "Der Eintrag, den Bob nie machte, vom Server unterschrieben",
            "The entry that Bob never made, signed by the relay",
        )
        title, bundle = found[0].title, found[1]
        evidence.append(proof("B1-ghost-entry", caption, bundle, title, variant.truth.config))
    return Step(
        Words(
            f"Der Server trägt den Schlüssel auch ins Verzeichnis ein; nach {len(read)} "
            f"Nachrichten und {after} Minuten schlägt Bobs Gerät Alarm.",
            f"The relay enters the key into its log as well; after {len(read)} messages and "
            f"{after} minutes Bob's device raises the alarm.",
        ),
        {
            Seat.ALICE: (*all_said(said[-3:]), plain("Sieht normal aus.", "Looks normal.")),
            Seat.MALLORY: (
                held(f"Gelesen: {len(read)} von {len(said)}", f"Read: {len(read)} of {len(said)}"),
                *all_said(read[-2:]),
            ),
            Seat.BOB: (
                *raised(alarms(variant.bob)),
                plain(
                    "Im Verzeichnis steht ein Eintrag, den Bob nicht gemacht hat: Version 2.",
                    "The log holds an entry that Bob did not make: version 2.",
                ),
            ),
            Seat.PUBLIC: (
                held(
                    "Der Beweis ist übertragbar: Die Unterschriften des Servers genügen.",
                    "The proof is portable: the relay's own signatures are enough.",
                ),
            ),
        },
        tuple(evidence),
        Question(
            Words("Wer merkt es zuerst?", "Who notices first?"),
            (same("Alice"), same("Bob"), Words("Niemand", "Nobody")),
            right=1,
        ),
        detail=Words(
            "Bobs Gerät fragt in unregelmäßigen Abständen, was das Verzeichnis über Bob sagt. "
            "Hier ist der Abstand gesetzt (audit.minutes), damit man ihn verändern kann.",
            "Bob's device asks at drawn times what the log says of Bob. Here the time is set "
            "(audit.minutes), so that it can be varied.",
        ),
        notes=Words(
            "Betonen: Bis zum Alarm IST gelesen worden. Entdeckt heißt nicht verhindert.",
            "Stress it: until the alarm, messages WERE read. Detected does not mean prevented.",
        ),
    )


def _takes_it_back(scene: Scene, variant: Logged) -> Step:
    """The relay removes the entry before Bob looks: then Alice holds the proof."""
    entered = _enters(scene, variant)
    with suppress(RefusedError):
        variant.alice.add("bob")
        variant.alice.says("bob", "for Bob's eyes")
    variant.world.advance(600)
    entered.show_truth(variant.label)
    variant.publish()
    began = variant.world.now
    for _ in range(16):
        variant.world.advance(3 * 3600)
        if alarms(variant.alice):
            break
    found = with_proof(variant.alice)
    hours = round((variant.world.now - began) / 3600)
    sent = len(variant.world.submitted)
    blocked = 0
    try:
        variant.alice.says("bob", "more")
    except KeyChangedError:
        blocked = 1
    variant.world.settle()
    evidence = [
        Evidence(
            "taken back",
            Words("Der Rückzieher des Servers", "The relay's retraction"),
            {
                "alarms": len(alarms(variant.alice)),
                "hours": hours if found else NEVER,
                "blocked": blocked,
                "sent after": len(variant.world.submitted) - sent,
            },
        )
    ]
    if found is not None:
        caption = Words(
            "Erst gesagt, dann geleugnet: beides unterschrieben",
            "Said first, denied later: both signed",
        )
        title, bundle = found[0].title, found[1]
        evidence.append(proof("B1-taken-back", caption, bundle, title, variant.truth.config))
    return Step(
        Words(
            "Nimmt der Server den Eintrag vor Bobs Kontrolle zurück, hat Alice den Beweis.",
            "If the relay takes the entry back before Bob looks, Alice has the proof.",
        ),
        {
            Seat.ALICE: (
                alarm(
                    f"Der Server hat zurückgenommen, was er gesagt hatte (nach {hours} Stunden).",
                    f"The relay took back what it had said (after {hours} hours).",
                ),
                refused("Senden an Bob ist gesperrt.", "Sending to Bob is blocked."),
            ),
            Seat.RELAY: (
                plain("Löscht den Eintrag wieder.", "Deletes the entry again."),
                missing(
                    "Die Unterschrift bei Alice lässt sich nicht löschen.",
                    "The signature that Alice keeps cannot be deleted.",
                ),
            ),
        },
        tuple(evidence),
    )


def _compares_first(scene: Scene, variant: Logged) -> Step:
    """The code that Bob shows, and both numbers, before the first word."""
    alice, bob = variant.alice, variant.bob
    before = len(variant.world.submitted)
    link = bob.engine.invite()
    _enters(scene, variant)
    by_link = 0
    try:
        alice.add(link)
        by_link = 1
    except RefusedError:
        pass
    hers = theirs = ""
    verified = 0
    with suppress(RefusedError):
        bob.add("alice")
        theirs = bob.engine.safety_number(bob.chat("alice").conversation).digits
        alice.add("bob")
        chat = alice.chat("bob").conversation
        hers = alice.engine.safety_number(chat).digits
        alice.engine.verify(chat, theirs)
        verified = 1
    sealed = _sealed_for_bob(variant, before)
    return Step(
        Words(
            "Alice liest zuerst Bobs Code vom Papier; die falschen Schlüssel fallen sofort auf.",
            "Alice reads Bob's code from paper first; the false keys show at once.",
        ),
        {
            Seat.ALICE: (
                plain(f"Meine Zahl: {hers}", f"My number: {hers}"),
                refused(
                    "Das ist nicht der, den der Code nennt. Nichts hinzugefügt.",
                    "That is not whom the code names. Nothing was added.",
                ),
            ),
            Seat.BOB: (plain(f"Meine Zahl: {theirs}", f"My number: {theirs}"),),
            Seat.MALLORY: (missing(f"Gelesen: {sealed} Nachrichten", f"Read: {sealed} messages"),),
        },
        (
            Evidence(
                "compared",
                Words("Beide Sicherheitsnummern", "Both safety numbers"),
                {
                    "accepted by link": by_link,
                    "verified": verified,
                    "alice": hers,
                    "bob": theirs,
                    "sealed": sealed,
                },
            ),
        ),
    )


def _sealed_for_bob(variant: Logged, before: int) -> int:
    """Envelopes that left for Bob's or Mallory's mailbox."""
    whom = {bytes(one.engine.state.keys.mailbox) for one in (variant.bob, variant.mallory)}
    return sum(bytes(one.mailbox) in whom for one in variant.world.submitted[before:])


def _short(person: Person) -> str:
    """The first digits of somebody's account id."""
    return person.engine.state.manifest.account.hex(" ", 4)[:26]
