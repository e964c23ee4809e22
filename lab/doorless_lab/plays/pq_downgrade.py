"""B8: whoever is in between takes the quantum protection away, before anything is sealed.

a  stripped    Bob's prekeys without their ML-KEM keys
b  older       "Bob can only do an older version", said by the relay
c  in flight   the first message changed on its way
d  old client  somebody who writes in an older form
then           what a quantum computer reads of what was sealed
"""

from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import replace

import msgspec

from doorless_client.core.effects import Ask
from doorless_client.core.views import State
from doorless_lab.adversary import arm
from doorless_lab.answers import answers_to
from doorless_lab.harvest import ClassicalTalk, Pair, ProductTalk, texts
from doorless_lab.pair import Device
from doorless_lab.plays.flipping import flipped
from doorless_lab.powers import NetAlter, Quantum, ServerWrite, StoreNow
from doorless_lab.products.legacy import SUITES, negotiated
from doorless_lab.scenario import Evidence, Product, Question, Scene, Seat, Step
from doorless_lab.staging.lines import held, missing, plain, refused
from doorless_lab.telling import dotted
from doorless_lab.words import Words
from doorless_lab.world import World
from doorless_protocol import handshake
from doorless_protocol.encoding import PROTOCOL
from doorless_protocol.envelope import first_contact_info
from doorless_protocol.errors import DoorlessError
from doorless_protocol.frames import Answered, BundleServed
from doorless_protocol.handshake import Opening, PrekeyPrivates
from doorless_protocol.prekeys import SignedBundle
from doorless_protocol.primitives import hpke_open, hpke_seal

LAST_RESORT, ENVELOPE_KEY = (116, 1692), (1693, 2917)
"""Where a bundle has its ML-KEM keys (docs/spec/02-identities.md §4.1)."""

OLDER = b"\x00\x01"
"""A version before this one, which was never spoken."""

OLDER_FORMS = tuple(
    form
    for form in (
        *(bytes((version, PROTOCOL[1])) for version in range(256)),
        *(bytes((PROTOCOL[0], suite)) for suite in range(256)),
    )
    if form != PROTOCOL
)
"""Every other version of this suite, and every other suite of this version."""


async def play(scene: Scene) -> AsyncGenerator[Step, None]:
    said = texts(scene.random, scene.settings["messages"])
    if scene.product is Product.LEGACY:
        yield _negotiates(scene, Pair(scene.random), said)
        return
    yield _stripped(scene)
    yield _older(scene)
    yield _in_flight(scene, Pair(scene.random))
    yield _then(scene)


Changed = Callable[[bytes], bytes]
"""What the relay makes of Bob's bundle before it hands it out."""


def _sealed(scene: Scene, changes: Iterable[Changed]) -> tuple[int, int]:
    """Envelopes that Alice's real client sealed to what it was shown, and texts that wait."""
    sealed = waiting = 0
    for change in changes:
        with World(scene.random(32), scene.now) as world:
            alice, _ = world.people("alice", "bob")
            alice.add("bob")
            relay = arm(scene, Seat.RELAY, ServerWrite(answers_to(world, alice)))

            def swap(_: Ask, answered: Answered, change: Changed = change) -> Answered:
                if isinstance(answered, BundleServed):
                    return msgspec.structs.replace(answered, bundle=change(answered.bundle))
                return answered

            relay.use(ServerWrite).of.changes.append(swap)
            alice.says("bob", "for Bob's eyes")
            world.advance(600)
            sealed += len(world.submitted) > 0
            waiting += alice.messages("bob")[-1].state is State.WAITING
    return sealed, waiting


def _cut(start: int, stop: int) -> Changed:
    return lambda bundle: bundle[:start] + bundle[stop:]


def _blank(start: int, stop: int) -> Changed:
    return lambda bundle: bundle[:start] + bytes(stop - start) + bundle[stop:]


def _says(form: bytes) -> Changed:
    """Of another version or suite."""
    return lambda bundle: form + bundle[len(form) :]


def _stripped(scene: Scene) -> Step:
    changes = [kind(*place) for kind in (_cut, _blank) for place in (LAST_RESORT, ENVELOPE_KEY)]
    attempts = len(changes)
    sealed, waiting = _sealed(scene, changes)
    honest, _ = _sealed(scene, [bytes])
    return Step(
        Words(
            f"Der Server streicht die ML-KEM-Schlüssel aus Bobs Bündel ({attempts} Versuche); "
            f"Alices Programm versiegelt {sealed} Nachrichten.",
            f"The relay strikes the ML-KEM keys from Bob's bundle ({attempts} attempts); Alice's "
            f"program seals {sealed} messages.",
        ),
        {
            Seat.ALICE: (
                refused(
                    f"Die Unterschrift passt nicht; {waiting} Nachrichten warten.",
                    f"The signature does not fit; {waiting} messages wait.",
                ),
            ),
            Seat.RELAY: (
                plain(
                    f"unverändert, zur Probe: {honest} Nachricht versiegelt",
                    f"unchanged, as a control: {honest} message sealed",
                ),
            ),
            Seat.MALLORY: (missing("nichts zu speichern", "nothing to store"),),
        },
        (
            Evidence(
                "stripped",
                Words("Bündel ohne ML-KEM", "Bundles without ML-KEM"),
                {"attempts": attempts, "sealed": sealed, "waiting": waiting, "control": honest},
            ),
        ),
        Question(
            Words(
                "In der Liste fehlt etwas. Woran merkt Alices Programm das?",
                "Something is missing from the list. How does Alice's program notice?",
            ),
            (
                Words("Es fragt bei Bob nach.", "It asks Bob."),
                Words("Bob hat die ganze Liste unterschrieben.", "Bob signed the whole list."),
                Words("Gar nicht.", "It does not."),
            ),
            right=1,
        ),
    )


def _older(scene: Scene) -> Step:
    whole = Device.draw("bob", scene.now, scene.random).bundle.encode()
    claims = [_says(OLDER), _says(PROTOCOL[:1] + b"\x00")]
    sealed, _ = _sealed(scene, claims)
    others = [bytes((version, suite)) for version in range(256) for suite in range(256)]
    others.remove(PROTOCOL)
    read = 0
    for other in others:
        try:
            SignedBundle.decode(other + whole[2:])
        except DoorlessError:
            continue
        read += 1
    return Step(
        Words(
            f"„Bob kann nur eine ältere Version“: Von {dotted(len(others))} anderen Angaben "
            f"werden {read} gelesen.",
            f"“Bob can only do an older version”: of {len(others):,} other claims {read} are read.",
        ),
        {
            Seat.ALICE: (
                refused(
                    "Es gibt nur eine Version und eine Suite; nichts wird ausgehandelt.",
                    "There is one version and one suite; nothing is negotiated.",
                ),
            ),
            Seat.RELAY: (
                plain(f"Version/Suite {OLDER.hex(' ')}", f"version/suite {OLDER.hex(' ')}"),
            ),
        },
        (
            Evidence(
                "older",
                Words("Andere Versionen und Suiten", "Other versions and suites"),
                {
                    "claims": len(others),
                    "read": read,
                    "attempts on a client": len(claims),
                    "sealed": sealed,
                },
            ),
        ),
    )


def _flipped_under_way(scene: Scene, pair: Pair, envelope: bytes) -> int:
    """First messages that Bob takes although a bit of them was turned over by who has no key."""
    under_way, taken = [envelope], 0
    line: list[bytes] = arm(scene, Seat.MALLORY, NetAlter(under_way)).use(NetAlter).of
    for _ in range(scene.settings["flips"]):
        at = int.from_bytes(pair.draws(4)) % (8 * len(envelope))
        line[:] = [flipped(envelope, at)]
        taken += not _refusal(pair.bob, under_way)
    return taken


def _older_under_way(scene: Scene, pair: Pair, envelope: bytes) -> list[str]:
    """Why Bob refuses each older form, "" if he does not; sealed anew by who broke the seal."""
    under_way, refusals = [envelope], list[str]()
    broken = Quantum(pair.oracle(curves=True, lattices=True))
    mallory = arm(scene, Seat.MALLORY, NetAlter(under_way), broken)
    line: list[bytes] = mallory.use(NetAlter).of
    bundle = pair.known.bob.bundle
    info = first_contact_info(bundle.account, bundle.device, bundle.envelope_id)
    inside = hpke_open(mallory.use(Quantum).of.envelope(bundle.envelope), info, line[0])
    for form in OLDER_FORMS:
        line[:] = [hpke_seal(bundle.envelope, info, form + inside[2:])]
        refusals.append(_refusal(pair.bob, under_way))
    return refusals


def _in_flight(scene: Scene, pair: Pair) -> Step:
    """Changed by who has no key; then by who holds every key of the seal around it."""
    alice, bob, flips = pair.alice, pair.bob, scene.settings["flips"]
    session = alice.contact(bob, int(bob.bundle.created), pair.draws)
    _, envelope = session.seal(b"for Bob's eyes", pair.draws)
    accepted = _flipped_under_way(scene, pair, envelope)
    refusals = _older_under_way(scene, pair, envelope)
    forms, older, why = len(refusals), refusals.count(""), refusals[-1]
    honest, stripped = _transcripts(scene, pair)
    return Step(
        Words(
            f"Unterwegs geändert: {accepted} von {flips} Bitfehlern und {older} von {forms} "
            "älteren Formen werden angenommen.",
            f"Changed in flight: {accepted} of {flips} flipped bits and {older} of {forms} "
            "older forms are accepted.",
        ),
        {
            Seat.BOB: (
                refused(
                    "Abgelehnt: gefälscht, oder eine unbekannte Version.",
                    "Refused: forged, or an unknown version.",
                ),
                plain(f"Protokoll-Hash {stripped[:16]}…", f"transcript hash {stripped[:16]}…"),
            ),
            Seat.ALICE: (
                plain(f"Protokoll-Hash {honest[:16]}…", f"transcript hash {honest[:16]}…"),
            ),
            Seat.MALLORY: (
                plain(
                    "Version und Suite stehen im Versiegelten, nicht davor.",
                    "Version and suite are inside the seal, not before it.",
                ),
            ),
        },
        (
            Evidence(
                "in flight",
                Words("Änderungen der ersten Nachricht", "Changes of the first message"),
                {
                    "flips": flips,
                    "accepted": accepted,
                    "older forms": forms,
                    "older accepted": older,
                    "refusal": why,
                },
            ),
            Evidence(
                "transcript",
                Words(
                    "Zwei verschiedene Protokoll-Hashes: kein gemeinsamer Schlüssel",
                    "Two different transcript hashes: no common key",
                ),
                {"alice": honest, "bob": stripped, "same": honest == stripped},
            ),
        ),
        detail=Words(
            "Alles, worüber sich die beiden täuschen könnten, geht in den Hash ein, aus dem der "
            "Schlüssel folgt: Version, Suite, Vorabschlüssel, beide Geheimtexte.",
            "All that the two could be deceived about goes into the hash that the key follows "
            "from: version, suite, prekeys, both ciphertexts.",
        ),
    )


def _read_later(scene: Scene, talk: ClassicalTalk | ProductTalk) -> int:
    """Messages that are read by who stores the wire now, and finds X25519 keys later."""
    stored, machine = StoreNow(talk.recording), Quantum(talk.pair.oracle(curves=True))
    return talk.read_by(arm(scene, Seat.MALLORY, stored, machine))


def _then(scene: Scene) -> Step:
    """An honest relay again: the same message leaves, with everything in it."""
    with World(scene.random(32), scene.now) as world:
        alice, bob = world.people("alice", "bob")
        alice.add("bob")
        alice.says("bob", "for Bob's eyes")
        world.settle()
        bob.accepts("alice")
        arrived = bob.texts("alice")
    pair = Pair(scene.random)
    talk = ProductTalk.of(pair, texts(scene.random, 4))
    read = _read_later(scene, talk)
    return Step(
        Words(
            f"Bei einem ehrlichen Server kommt die Nachricht an ({len(arrived)} von 1); der "
            f"Quantenrechner von C3 liest {read}.",
            f"With an honest relay the message arrives ({len(arrived)} of 1); the quantum "
            f"computer of C3 reads {read}.",
        ),
        {
            Seat.BOB: (plain(*([arrived[0]] * 2)),) if arrived else (missing("nichts", "nothing"),),
            Seat.MALLORY: (missing(f"gelesen: {read}", f"read: {read}"),),
        },
        (
            Evidence(
                "then",
                Words("Danach", "Afterwards"),
                {"arrived": len(arrived), "read": read},
            ),
        ),
    )


def _negotiates(scene: Scene, pair: Pair, said: list[bytes]) -> Step:
    """The control: a client that takes the best that the relay says the other can."""
    offered = list(SUITES)
    relay = arm(scene, Seat.RELAY, ServerWrite(offered))
    relay.use(ServerWrite).of.remove("pqxdh")
    suite = negotiated(offered)
    talk = ClassicalTalk.of(pair, said, kem=suite == "pqxdh")
    read = _read_later(scene, talk)
    whole = ClassicalTalk.of(pair, said, kem=negotiated(SUITES) == "pqxdh")
    unharmed = _read_later(scene, whole)
    return Step(
        Words(
            f"Ein Programm, das aushandelt, fällt auf X3DH zurück: 2040 werden {read} von "
            f"{len(said)} gelesen.",
            f"A program that negotiates falls back to X3DH: in 2040 {read} of {len(said)} are "
            "read.",
        ),
        {
            Seat.RELAY: (
                plain(
                    "„Bob kann nur X3DH.“ (nicht unterschrieben)",
                    "“Bob can only do X3DH.” (unsigned)",
                ),
            ),
            Seat.ALICE: (plain(f"gewählt: {suite}", f"chosen: {suite}"),),
            Seat.MALLORY: (
                held(f"gelesen: {read}", f"read: {read}"),
                plain(f"ohne Eingriff: {unharmed}", f"without interference: {unharmed}"),
            ),
        },
        (
            Evidence(
                "negotiated",
                Words("Nach der Herabstufung", "After the downgrade"),
                {"messages": len(said), "read": read, "read without interference": unharmed},
            ),
        ),
    )


def _refusal(bob: Device, under_way: list[bytes]) -> str:
    """Why Bob does not take what is under way to him; "": he does."""
    (envelope,) = under_way
    try:
        bob.accept(bob.unseal(envelope), int(bob.bundle.created))
    except DoorlessError as refusal:
        return str(refusal)
    return ""


def _transcripts(scene: Scene, pair: Pair) -> tuple[str, str]:
    """Session ids of both ends where a ciphertext was struck out on the way."""
    bob, terms = pair.bob, pair.known.terms()
    opening, agreed = handshake.initiate(pair.alice.us.device, terms, pair.draws)
    under_way = [opening]
    mallory = arm(scene, Seat.MALLORY, NetAlter(under_way))
    line: list[Opening] = mallory.use(NetAlter).of
    line[:] = [replace(one, prekey_ciphertext=bytes(len(one.prekey_ciphertext))) for one in line]
    one_time = bob.secrets.pairs[0]
    privates = PrekeyPrivates(bob.secrets.signed_prekey, one_time.curve, one_time.kem)
    theirs = handshake.respond(bob.us.device, privates, terms, *under_way)
    return agreed.session_id.hex(), theirs.session_id.hex()
