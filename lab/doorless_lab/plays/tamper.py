"""C1: whoever carries the envelopes changes, repeats, swaps, delays, drops and blocks them.

change    every bit of one envelope, one at a time; ends cut off; another's mailbox
repeat    the same envelope five times
swap      the order turned round, and hours late
drop      every third, silently
block     all of them
"""

from collections.abc import AsyncGenerator, Sequence

from doorless_client.core.views import State
from doorless_lab.adversary import Adversary, arm
from doorless_lab.answers import Answers, answers_to
from doorless_lab.pair import Device, Talker, meet
from doorless_lab.plays.flipping import flipped
from doorless_lab.plays.tamper_without_tag import without_a_tag
from doorless_lab.powers import NetAlter, ServerWrite
from doorless_lab.sayings import written
from doorless_lab.scenario import Evidence, Fact, Product, Question, Scene, Seat, Step
from doorless_lab.staging.lines import alarm, all_said, held, missing, plain, refused, said
from doorless_lab.telling import dotted
from doorless_lab.wire import PerfectWire
from doorless_lab.words import Words
from doorless_lab.world import World
from doorless_lab.world_person import at_once
from doorless_protocol.errors import DoorlessError
from doorless_protocol.frames import Deliver
from doorless_protocol.primitives import NONCE_SIZE, TAG_SIZE
from doorless_protocol.ratchet.triple import BODY_OFFSET, CONTENT_OFFSET, FRONT_SIZE
from doorless_protocol.sizes import KIB
from doorless_server.store.base import Position

TEXT = b"meet at nine"
HOUR, TWO_HOURS, DAY = 3600, 7200, 86_400

Lines = dict[str, list[Deliver]]
"""What is under way to whose device, for whoever can change it."""

PARTS = ("nonce", "header", "commitment", "body", "padding", "tag")


async def play(scene: Scene) -> AsyncGenerator[Step, None]:
    if scene.product is Product.LEGACY:
        yield without_a_tag(scene)
        return
    yield _flips(scene)
    with World(scene.random(32), scene.now) as world:
        world.friends("alice", "bob", "carol")
        yield _elsewhere(scene, world)
        yield _replays(scene, world)
        yield _order(scene, world)
        yield _drops(scene, world)
        yield _block(scene, world)


class Gate(PerfectWire):
    """A wire that brings nothing while it is shut."""

    def __init__(self) -> None:
        self.shut = False

    def deliver(self, waiting: Sequence[Deliver]) -> Sequence[Deliver]:
        return () if self.shut else waiting


def part_of(at: int, size: int) -> str:
    """Of an envelope of so many bytes that holds TEXT: what byte `at` belongs to."""
    text_ends = BODY_OFFSET + CONTENT_OFFSET + len(TEXT)
    ends = (NONCE_SIZE, FRONT_SIZE, BODY_OFFSET, text_ends, size - TAG_SIZE, size)
    return next(part for part, end in zip(PARTS, ends, strict=True) if at < end)


def _opens(bob: Talker, under_way: list[bytes]) -> bool:
    """Whether what is under way opens in Bob's session, which stays as it is."""
    (envelope,) = under_way
    try:
        bob.session.open(envelope, bob.now, bob.identity)
    except DoorlessError:
        return False
    return True


def _flips(scene: Scene) -> Step:
    """On the protocol itself: a real session, each flipped envelope offered to it."""
    now, random = scene.now, scene.random
    alice, bob = meet(
        Device.draw("alice", now, random), Device.draw("bob", now, random), now, random
    )
    envelope = alice.says(TEXT)
    under_way, bits = [envelope], 8 * len(envelope)
    line: list[bytes] = arm(scene, Seat.MALLORY, NetAlter(under_way)).use(NetAlter).of
    tried = dict.fromkeys(PARTS, 0)
    accepted = dict.fromkeys(PARTS, 0)
    heat = bytearray(len(envelope))
    for bit in range(0, bits, max(1, bits // scene.settings["flips"])):
        line[:] = [flipped(envelope, bit)]
        part = part_of(bit // 8, len(envelope))
        tried[part] += 1
        if _opens(bob, under_way):
            accepted[part] += 1
            heat[bit // 8] += 1
    opens = bob.hears(envelope) == TEXT
    total, through = sum(tried.values()), sum(accepted.values())
    facts: dict[str, Fact] = {"flips": total, "accepted": through, "unchanged opens": opens}
    facts |= {f"{part}: flips": tried[part] for part in PARTS}
    facts |= {f"{part}: accepted": accepted[part] for part in PARTS}
    return Step(
        Words(
            f"{dotted(total)} Bits eines Umschlags werden einzeln gekippt: {through} werden "
            "angenommen.",
            f"{total:,} bits of an envelope are flipped one by one: {through} are accepted.",
        ),
        {
            Seat.MALLORY: tuple(
                plain(
                    f"{part}: {accepted[part]} von {dotted(tried[part])}",
                    f"{part}: {accepted[part]} of {tried[part]:,}",
                )
                for part in PARTS
            ),
            Seat.BOB: (
                refused("Der Umschlag ist gefälscht.", "The envelope is forged."),
                *((said(TEXT.decode()),) if opens else ()),
            ),
        },
        (
            Evidence(
                "flips",
                Words("Angenommene Bitfehler je Byte", "Flipped bits accepted, by byte"),
                facts,
                bytes(heat),
            ),
        ),
        Question(
            Words(
                "Wie viele der gekippten Bits bleiben unbemerkt?",
                "How many of the flipped bits stay unnoticed?",
            ),
            (
                Words("die in der Auffüllung", "those in the padding"),
                Words("etwa die Hälfte", "about half of them"),
                Words("keines", "none"),
            ),
            right=2,
        ),
    )


def _elsewhere(scene: Scene, world: World) -> Step:
    """Bob's envelope into Carol's mailbox; and cut off at the end, into his own."""
    _, bob, carol = world.everybody
    under_way = {"bob": _next(world), "carol": []}
    lines: Lines = arm(scene, Seat.MALLORY, NetAlter(under_way)).use(NetAlter).of
    envelope = lines["bob"][-1].envelope
    cuts = [envelope[:-1], envelope[:1024], envelope + b"\0", envelope[: len(envelope) // 2]]
    lines["carol"] = [Deliver(world.random(16), envelope)]
    lines["bob"] = [Deliver(world.random(16), cut) for cut in cuts]
    before = len(carol.texts("alice")) + len(bob.texts("alice"))
    carol.engine.receive(under_way["carol"])
    bob.engine.receive(under_way["bob"])
    shown = len(carol.texts("alice")) + len(bob.texts("alice")) - before
    world.settle()
    arrived = bob.texts("alice")[-1:] == [TEXT.decode()]
    return Step(
        Words(
            f"Bobs Umschlag bei Carol, und {len(cuts)} abgeschnittene bei Bob: {shown} werden "
            "angezeigt.",
            f"Bob's envelope at Carol's, and {len(cuts)} cut ones at Bob's: {shown} are shown.",
        ),
        {
            Seat.CAROL: (refused("Nicht für dieses Gespräch.", "Not for this conversation."),),
            Seat.BOB: (
                refused("Falsche Länge.", "Wrong length."),
                *((said(TEXT.decode()),) if arrived else ()),
            ),
        },
        (
            Evidence(
                "elsewhere",
                Words("Falscher Ort, falsche Länge", "Wrong place, wrong length"),
                {"attempts": len(cuts) + 1, "shown": shown, "unchanged arrives": arrived},
            ),
        ),
    )


def _replays(scene: Scene, world: World) -> Step:
    _, bob, _ = world.everybody
    under_way = {"bob": _next(world)}
    lines: Lines = arm(scene, Seat.MALLORY, NetAlter(under_way)).use(NetAlter).of
    envelope = lines["bob"][-1].envelope
    lines["bob"] = [Deliver(world.random(16), envelope) for _ in range(5)]
    before = len(bob.texts("alice"))
    for one in under_way["bob"]:
        bob.engine.receive([one])
    world.settle()
    shown = len(bob.texts("alice")) - before
    return Step(
        Words(
            f"Derselbe Umschlag kommt fünfmal und einmal regulär: {shown}-mal angezeigt.",
            f"The same envelope comes five times and once by the way: shown {shown} time(s).",
        ),
        {
            Seat.MALLORY: (plain("fünfmal eingeworfen", "posted five times"),),
            Seat.BOB: (*all_said([TEXT.decode()] * shown),),
        },
        (
            Evidence(
                "replays",
                Words("Wiederholungen", "Replays"),
                {"replays": 5, "shown": shown},
            ),
        ),
        detail=Words(
            "Jeder Schlüssel wird nach dem Öffnen gelöscht; ein zweites Mal gibt es keinen.",
            "Each key is deleted once it opened a message; there is none for a second time.",
        ),
    )


def _order(scene: Scene, world: World) -> Step:
    """Held back for two hours, then delivered the other way round."""
    _, bob, _ = world.everybody
    count = scene.settings["messages"]
    texts = _said(world, count)
    under_way = {"bob": bob.mail()}
    lines: Lines = arm(scene, Seat.MALLORY, NetAlter(under_way)).use(NetAlter).of
    lines["bob"] = lines["bob"][::-1]
    world.now += TWO_HOURS
    bob.goes(online=True)
    bob.engine.receive(under_way["bob"])
    world.settle()
    shown = [text for text in bob.texts("alice") if text in texts]
    missing_now = sum(message.gap for message in bob.messages("alice"))
    return Step(
        Words(
            f"Zwei Stunden zu spät und in verkehrter Reihenfolge: {len(shown)} von {count} kommen "
            "an.",
            f"Two hours late and in reverse order: {len(shown)} of {count} arrive.",
        ),
        {
            Seat.BOB: (
                *all_said(shown[:3]),
                plain(f"fehlend: {missing_now}", f"missing: {missing_now}"),
            ),
            Seat.MALLORY: (plain("dreht die Reihenfolge um", "turns the order round"),),
        },
        (
            Evidence(
                "order",
                Words("Vertauscht und verspätet", "Swapped and late"),
                {"said": count, "shown": len(shown), "missing": missing_now},
            ),
        ),
    )


def _swallowed(operator: Adversary, hour: int) -> int:
    """Of what waits for Bob at the relay, its operator deletes every third, but not the last."""
    relay: Answers = operator.use(ServerWrite).of
    mailbox = relay.listed("bob").entries[0].mailbox
    waiting = at_once(relay.store.waiting(mailbox, Position(0), 64, 64 * 16 * KIB))
    thirds = [(bytes(mailbox), one.id) for one in waiting[1:-1:3]]
    at_once(relay.store.drop(thirds, hour))
    return len(thirds)


def _drops(scene: Scene, world: World) -> Step:
    _, bob, _ = world.everybody
    count = scene.settings["messages"]
    texts = _said(world, count)
    operator = arm(scene, Seat.RELAY, ServerWrite(answers_to(world, bob)))
    dropped = _swallowed(operator, int(world.now) // HOUR)
    bob.goes(online=True)
    world.settle()
    shown = [text for text in bob.texts("alice") if text in texts]
    reported = sum(message.gap for message in bob.messages("alice"))
    return Step(
        Words(
            f"Der Server verschluckt {dropped} von {count}; Bob sieht, dass {reported} fehlen.",
            f"The relay drops {dropped} of {count}; Bob sees that {reported} are missing.",
        ),
        {
            Seat.BOB: (
                *all_said(shown[:2]),
                alarm("1 Nachricht fehlt hier", "1 message is missing here"),
                plain(f"insgesamt: {reported}", f"in all: {reported}"),
            ),
            Seat.RELAY: (held(f"verschluckt: {dropped}", f"dropped: {dropped}"),),
        },
        (
            Evidence(
                "drops",
                Words("Die Lücken auf Bobs Bildschirm", "The gaps on Bob's screen"),
                {
                    "said": count,
                    "dropped": dropped,
                    "reported": reported,
                    "shown": len(shown),
                },
            ),
        ),
        Question(
            Words(
                "Der Server verschluckt jede dritte Nachricht. Was sieht Bob?",
                "The relay drops every third message. What does Bob see?",
            ),
            (
                Words("Nichts.", "Nothing."),
                Words(
                    "Wie viele fehlen, sobald die nächste kommt.",
                    "How many are missing, as soon as the next one comes.",
                ),
                Words("Was in ihnen stand.", "What they said."),
            ),
            right=1,
        ),
    )


def _block(scene: Scene, world: World) -> Step:
    """For a week the relay hands nothing out."""
    alice, bob, _ = world.everybody
    gate, count = Gate(), scene.settings["messages"]
    world.wire = gate
    arm(scene, Seat.RELAY, ServerWrite(gate)).use(ServerWrite).of.shut = True
    for number in range(count):
        alice.says("bob", f"blocked {number}")
    world.advance(7 * DAY)
    mine = [one for one in alice.messages("bob") if one.text.startswith("blocked")]
    delivered = sum(one.state in (State.DELIVERED, State.READ) for one in mine)
    shown = sum(text.startswith("blocked") for text in bob.texts("alice"))
    return Step(
        Words(
            f"Der Server sperrt alles: {shown} von {count} kommen an, und kein Haken erscheint "
            f"({delivered}).",
            f"The relay blocks everything: {shown} of {count} arrive, and no tick appears "
            f"({delivered}).",
        ),
        {
            Seat.ALICE: (
                missing(
                    f"zugestellt: {delivered} von {count}", f"delivered: {delivered} of {count}"
                ),
            ),
            Seat.BOB: (missing("nichts", "nothing"),),
            Seat.RELAY: (held("alles", "everything"),),
        },
        (
            Evidence(
                "block",
                Words("Sperre", "Block"),
                {"said": count, "arrived": shown, "delivered": delivered},
            ),
        ),
        notes=Words(
            "Verfügbarkeit ist keine Eigenschaft der Verschlüsselung. Was hilft: ein anderer "
            "Server, ein anderer Weg.",
            "Availability is not a property of encryption. What helps: another relay, another way.",
        ),
    )


def _next(world: World) -> list[Deliver]:
    """What waits for Bob once Alice has written to him again."""
    alice, bob, _ = world.everybody
    bob.goes(online=False)
    alice.says("bob", TEXT.decode())
    world.settle()
    bob.online = True
    return bob.mail()


def _said(world: World, count: int) -> list[str]:
    """So many texts, which wait for Bob at the relay."""
    alice, bob, _ = world.everybody
    world.advance(60)
    bob.goes(online=False)
    texts = [written(number, f"{int(world.now) % DAY}.{number}") for number in range(count)]
    for text in texts:
        alice.says("bob", text)
    world.settle()
    return texts
