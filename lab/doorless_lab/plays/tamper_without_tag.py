"""C1's control: a cipher without a tag, and no numbers."""

from doorless_lab.adversary import arm
from doorless_lab.plays.flipping import flipped
from doorless_lab.powers import NetAlter
from doorless_lab.products.legacy import xor_seal
from doorless_lab.scenario import Evidence, Scene, Seat, Step
from doorless_lab.staging.lines import plain, said
from doorless_lab.words import Words


def without_a_tag(scene: Scene) -> Step:
    key, nonce = scene.random(32), scene.random(12)
    text = b"pay 100 to Bob"
    envelope = xor_seal(key, nonce, text)
    under_way, accepted = [envelope], 0
    line: list[bytes] = arm(scene, Seat.MALLORY, NetAlter(under_way)).use(NetAlter).of
    for bit in range(8 * len(envelope)):
        line[:] = [flipped(envelope, bit)]
        accepted += xor_seal(key, nonce, *under_way) != text
    changed = bytearray(envelope)
    changed[4] ^= ord("1") ^ ord("9")
    line[:] = [bytes(changed)]
    read = xor_seal(key, nonce, *under_way).decode()
    return Step(
        Words(
            f"Verschlüsselt, aber ohne Prüfzeichen: {accepted} von {8 * len(envelope)} Bitfehlern "
            "werden zu einem anderen Text.",
            f"Encrypted, but without a tag: {accepted} of {8 * len(envelope)} flipped bits become "
            "another text.",
        ),
        {
            Seat.ALICE: (said(text.decode()),),
            Seat.MALLORY: (plain("kippt ein Bit", "flips one bit"),),
            Seat.BOB: (said(read),),
        },
        (
            Evidence(
                "no tag",
                Words("Bitfehler ohne Prüfzeichen", "Flipped bits without a tag"),
                {"flips": 8 * len(envelope), "accepted": accepted, "read": read},
            ),
        ),
    )
