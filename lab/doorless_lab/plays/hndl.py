"""C3: everything is recorded today, and opened in 2040 with a quantum computer.

the wire alone       what he finds of the keys on it, and which key he lacks
ML-KEM broken alone  the other half of the hybrid holds
both broken          the control: the attack works where no half is left
a theft besides      does the conversation get away from a thief with such a machine?
acting in 2040       a first message in Alice's name
"""

from collections.abc import AsyncGenerator

from doorless_lab.adversary import Adversary, arm
from doorless_lab.harvest import ClassicalTalk, Pair, ProductTalk, impersonated, texts
from doorless_lab.oracle import Oracle
from doorless_lab.powers import Quantum, StateCopy, StoreNow
from doorless_lab.scenario import Evidence, Product, Question, Scene, Seat, Step
from doorless_lab.staging.lines import held, missing, plain, said, sealed
from doorless_lab.telling import dotted
from doorless_lab.words import Words, same
from doorless_protocol.primitives import (
    KEM768_CIPHERTEXT_SIZE,
    KEM1024_CIPHERTEXT_SIZE,
    X25519_SIZE,
)
from doorless_protocol.ratchet.hop import FIELD_SIZE

FIRST_THEFT = 6
"""Messages after which a theft may happen: by then the product has left its beginning behind."""

Talk = ClassicalTalk | ProductTalk
"""One conversation as the wire has it."""


async def play(scene: Scene) -> AsyncGenerator[Step, None]:
    spoken = texts(scene.random, scene.settings["messages"])
    pair = Pair(scene.random)
    if scene.product is Product.LEGACY:
        first = ClassicalTalk.of(pair, spoken, kem=False)
        yield _recorded("x3dh", first)
        yield _in_2040(scene, "x3dh", first)
        second = ClassicalTalk.of(pair, spoken, kem=True)
        yield _in_2040(scene, "pqxdh", second)
        yield _stolen(scene, "pqxdh", second)
        return
    talk = ProductTalk.of(pair, spoken)
    yield _recorded("product", talk)
    yield _in_2040(scene, "product", talk)
    yield _other_oracles(scene, talk)
    yield _stolen(scene, "product", talk)
    yield _impostor(scene, talk, Pair(scene.random))


NAMES = {
    "x3dh": Words("nur X3DH", "X3DH only"),
    "pqxdh": Words("PQXDH + klassische Ratsche", "PQXDH + classical ratchet"),
    "product": same("doorless"),  # PQXDH + triple ratchet
}


def _recorded(build: str, talk: Talk) -> Step:
    name, count = NAMES[build], len(talk.wire)
    size = sum(len(one.envelope) for one in talk.wire)
    first, later = len(talk.wire[0].envelope), len(talk.wire[1].envelope)
    kem = 0 if build == "x3dh" else KEM1024_CIPHERTEXT_SIZE + KEM768_CIPHERTEXT_SIZE
    return Step(
        Words(
            f"2026, {name.de}: Jemand speichert {count} verschlüsselte Nachrichten, "
            f"{dotted(size)} Byte.",
            f"2026, {name.en}: somebody stores {count} encrypted messages, {size:,} bytes.",
        ),
        {
            Seat.ALICE: tuple(said(one.text.decode()) for one in talk.wire[:3]),
            Seat.MALLORY: tuple(sealed(one.envelope) for one in talk.wire[:4]),
        },
        (
            Evidence(
                f"sizes {build}",
                Words("Was Schutz vor Quantenrechnern kostet", "What quantum protection costs"),
                {
                    "first message": first,
                    "later messages": later,
                    "Diffie-Hellman in the handshake": X25519_SIZE,
                    "ML-KEM in the handshake": kem,
                    "ML-KEM in a message": FIELD_SIZE if build == "product" else 0,
                },
            ),
        ),
        Question(
            Words(
                "2040 gibt es den Quantenrechner. Wie viele dieser Nachrichten liest er?",
                "In 2040 there is the quantum computer. How many of these messages does it read?",
            ),
            (Words("alle", "all"), Words("die Hälfte", "half of them"), Words("keine", "none")),
            right=0 if build == "x3dh" else 2,
        ),
        detail=Words(
            "Der Quantenrechner ist ein Orakel: Das Labor schreibt beim Ziehen jeden privaten "
            "X25519-Schlüssel mit, genau das, was ein solcher Rechner aus dem öffentlichen fände. "
            "ML-KEM bleibt unberührt.",
            "The quantum computer is an oracle: while keys are drawn, the lab writes down every "
            "private X25519 key, exactly what such a machine would find from the public one. "
            "ML-KEM is left alone.",
        ),
    )


def _harvested(scene: Scene, talk: Talk, oracle: Oracle) -> int:
    """Messages that are read by who stored the wire, and has this oracle later."""
    return talk.read_by(arm(scene, Seat.MALLORY, StoreNow(talk.recording), Quantum(oracle)))


def _in_2040(scene: Scene, build: str, talk: Talk) -> Step:
    read, total = _harvested(scene, talk, talk.pair.oracle(curves=True)), len(talk.wire)
    both = _harvested(scene, talk, talk.pair.oracle(curves=True, lattices=True))
    name = NAMES[build]
    lacked = Words("ML-KEM-Geheimnis des Handschlags", "ML-KEM secret of the handshake")
    return Step(
        Words(
            f"2040, {name.de}: Der Quantenrechner liest {read} von {total} Nachrichten.",
            f"2040, {name.en}: the quantum computer reads {read} of {total} messages.",
        ),
        {
            Seat.MALLORY: (
                held("alle privaten X25519-Schlüssel", "all private X25519 keys"),
                missing(f"fehlt: {lacked.de}", f"lacks: {lacked.en}")
                if read < total
                else held("mehr braucht es nicht", "nothing more is needed"),
                *(said(one.text.decode()) for one in (talk.wire[:2] if read else ())),
            ),
            Seat.PUBLIC: (
                plain(
                    f"Kontrolle (auch ML-KEM gebrochen): {both} von {total}",
                    f"control (ML-KEM broken as well): {both} of {total}",
                ),
            ),
        },
        (
            Evidence(
                f"harvest {build}",
                Words("Gelesen mit der Leitung allein", "Read with the wire alone"),
                {"messages": total, "read": read, "control": both},
            ),
        ),
    )


def _other_oracles(scene: Scene, talk: ProductTalk) -> Step:
    lattices = _harvested(scene, talk, talk.pair.oracle(lattices=True))
    both = _harvested(scene, talk, talk.pair.oracle(curves=True, lattices=True))
    total = len(talk.wire)
    return Step(
        Words(
            f"Ist nur ML-KEM gebrochen, werden {lattices} von {total} gelesen; sind beide "
            f"gebrochen, {both}.",
            f"With ML-KEM alone broken, {lattices} of {total} are read; with both broken, {both}.",
        ),
        {
            Seat.MALLORY: (
                missing(f"nur ML-KEM: {lattices}", f"ML-KEM alone: {lattices}"),
                held(f"X25519 und ML-KEM: {both}", f"X25519 and ML-KEM: {both}"),
            ),
        },
        (
            Evidence(
                "lattice",
                Words("Das umgekehrte Orakel", "The oracle the other way round"),
                {"messages": total, "read": lattices, "control": both},
            ),
        ),
        notes=Words(
            "Die Zahl mit beiden Orakeln ist die Gegenprobe: Derselbe Angriff liest dann alles.",
            "The number with both oracles is the control: the same attack then reads everything.",
        ),
    )


def _robbed(scene: Scene, talk: Talk, at: int, oracle: Oracle) -> Adversary:
    """Who copies both sides before message number `at`, and has what passes from there on."""
    recorded, copied = StoreNow(talk.recording.since(at)), StateCopy(talk.copied(at))
    return arm(scene, Seat.MALLORY, recorded, copied, Quantum(oracle))


def _stolen(scene: Scene, build: str, talk: Talk) -> Step:
    """A thief with the machine, at so many moments."""
    oracle, total = talk.pair.oracle(curves=True), len(talk.wire)
    last = min(FIRST_THEFT + scene.settings["thefts"], total - FIRST_THEFT)
    moments = range(FIRST_THEFT, last)
    read = {at: talk.read_by_thief(_robbed(scene, talk, at, oracle)) for at in moments}
    behind = {at: total - at for at in moments}
    worst = max(read, key=lambda at: (read[at] == behind[at], read[at]))
    lost = sum(read[at] < behind[at] for at in moments)
    name = NAMES[build]
    return Step(
        Words(
            f"{name.de}, Zustand gestohlen: Danach liest er höchstens {read[worst]} von "
            f"{behind[worst]} Nachrichten.",
            f"{name.en}, state stolen: after that he reads at most {read[worst]} of "
            f"{behind[worst]} messages.",
        ),
        {
            Seat.MALLORY: tuple(
                plain(
                    f"Diebstahl nach {at}: {read[at]} von {behind[at]}",
                    f"theft after {at}: {read[at]} of {behind[at]}",
                )
                for at in list(moments)[:4]
            ),
            Seat.ALICE: (
                plain(
                    f"Von {len(moments)} Dieben verlieren {lost} das Gespräch.",
                    f"Of {len(moments)} thieves {lost} lose the conversation.",
                ),
            ),
        },
        (
            Evidence(
                f"theft {build}",
                Words("Gelesen nach dem Diebstahl", "Read after the theft"),
                {
                    "thefts": len(moments),
                    "lost": lost,
                    "worst": read[worst],
                    "behind": behind[worst],
                },
            ),
        ),
        Question(
            Words(
                "Der Dieb hat beide Telefone kopiert und den Quantenrechner. Verliert er das "
                "Gespräch wieder?",
                "The thief copied both phones and has the quantum computer. Does he lose the "
                "conversation again?",
            ),
            (
                Words("Nein, nie.", "No, never."),
                Words("Ja, nach einigen Nachrichten.", "Yes, after some messages."),
            ),
            right=0 if lost < len(moments) else 1,
        ),
    )


def _impostor(scene: Scene, talk: ProductTalk, pair: Pair) -> Step:
    with_it = arm(scene, Seat.MALLORY, Quantum(pair.oracle(curves=True)))
    opened, replies = impersonated(pair, with_it)
    without, _ = impersonated(pair, arm(scene, Seat.MALLORY, Quantum(pair.oracle())))
    first, second = talk.initiator_sure, talk.responder_sure
    return Step(
        Words(
            f"2040 schreibt jemand in Alices Namen: Bob öffnet {opened} Nachricht, unbestätigt; "
            f"seine Antworten bleiben zu ({replies} gelesen).",
            f"In 2040 somebody writes in Alice's name: Bob opens {opened} message, unconfirmed; "
            f"his replies stay shut ({replies} read).",
        ),
        {
            Seat.MALLORY: (
                held(
                    "Alices privater X25519-Schlüssel",
                    "Alice's private X25519 key",
                ),
                missing("Alices ML-KEM-Schlüssel", "Alice's ML-KEM key"),
            ),
            Seat.BOB: (
                plain(
                    f"Bestätigt erst ab Nachricht {second} (Alice weiß es ab {first}).",
                    f"Confirmed from message {second} on (Alice knows from {first} on).",
                ),
            ),
        },
        (
            Evidence(
                "impostor",
                Words("Welche Nachricht was beweist", "Which message proves what"),
                {
                    "opened": opened,
                    "opened without the machine": without,
                    "replies read": replies,
                    "initiator sure after": first,
                    "responder sure after": second,
                },
            ),
        ),
        detail=Words(
            "Wer die erste Nachricht schrieb, ist klassisch beglaubigt. Erst die nächste Nachricht "
            "des Anrufenden nach der Antwort beweist auch seinen ML-KEM-Schlüssel; bis dahin ist "
            "das Gespräch in den Einzelheiten als unbestätigt gekennzeichnet.",
            "Who wrote the first message is certified classically. Only the initiator's next "
            "message after the reply proves the ML-KEM key as well; until then the conversation "
            "is marked as not confirmed in its details.",
        ),
    )
