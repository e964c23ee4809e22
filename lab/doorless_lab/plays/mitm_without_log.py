"""B1's control: the same client, the same forgery, at a relay that keeps no key log."""

from doorless_lab.adversary import arm
from doorless_lab.answers import answers_to
from doorless_lab.powers import ServerWrite
from doorless_lab.scenario import Evidence, Scene, Seat, Step
from doorless_lab.staging.lines import all_said, held, missing, plain
from doorless_lab.staging.logged import alarms, received, secret
from doorless_lab.words import Words
from doorless_lab.world import World, showing

MINUTE = 60


def without_a_log(scene: Scene) -> Step:
    with World(scene.random(32), scene.now) as world:
        alice, bob, mallory = world.people("alice", "bob", "mallory")
        told = ServerWrite(answers_to(world, alice))
        relay = arm(scene, Seat.MALLORY, told, own=(mallory,))
        relay.use(ServerWrite).of.changes.append(showing(mallory.engine.state.manifest))
        said = [secret(number) for number in range(1, 7)]
        alice.add("bob")
        for text in said:
            alice.says("bob", text)
            world.advance(10 * MINUTE)
        read = [one for one in received(mallory) if one in said]
        raised = len(alarms(alice)) + len(alarms(bob))
    return Step(
        Words(
            f"Ohne Schlüsselverzeichnis liest Mallory alle {len(read)} Nachrichten, unbemerkt.",
            f"Without a key log Mallory reads all {len(read)} messages, unnoticed.",
        ),
        {
            Seat.ALICE: (*all_said(said[-3:]), plain("Sieht normal aus.", "Looks normal.")),
            Seat.MALLORY: (held(f"Gelesen: {len(read)}", f"Read: {len(read)}"), *all_said(read)),
            Seat.BOB: (missing("Nichts. Kein Alarm.", "Nothing. No alarm."),),
        },
        (
            Evidence(
                "no log",
                Words("Dieselbe Fälschung ohne Verzeichnis", "The same forgery without a log"),
                {"said": len(said), "read": len(read), "alarms": raised},
            ),
        ),
    )
