"""B3 ghost-device: a second device that reads along."""

from doorless_lab.plays.ghost_device import play
from doorless_lab.scenario import (
    Cell,
    Exercise,
    Held,
    Level,
    Outcome,
    Parameter,
    Power,
    Precedent,
    Product,
    Scenario,
    Verdict,
)
from doorless_lab.staging.judging import fact, proven
from doorless_lab.words import Words


def as_many_as_devices(held: Held) -> Verdict:
    envelopes, devices = fact(held, "copies", "envelopes"), fact(held, "copies", "devices")
    because = Words(
        f"{envelopes:.0f} Umschläge für {devices:.0f} Geräte.",
        f"{envelopes:.0f} envelopes for {devices:.0f} devices.",
    )
    outcome = Outcome.PREVENTED if envelopes == devices else Outcome.EXPOSED
    return Verdict(outcome, envelopes - devices, because)


def forged_list(held: Held) -> Verdict:
    return _sealed_to_it(fact(held, "forged list", "to the ghost"))


def replayed_list(held: Held) -> Verdict:
    if not proven(held, "B3-old-list"):
        because = Words("Bob hat keinen Beweis.", "Bob has no proof.")
        return Verdict(Outcome.EXPOSED, 1, because)
    return _sealed_to_it(fact(held, "replayed list", "to the lost tablet"))


def _sealed_to_it(count: float) -> Verdict:
    because = Words(
        f"Umschläge an das untergeschobene Gerät: {count:.0f}.",
        f"Envelopes to the device that was slipped in: {count:.0f}.",
    )
    return Verdict(Outcome.EXPOSED if count else Outcome.PREVENTED, count, because)


def stolen_key(held: Held) -> Verdict:
    read, minutes = fact(held, "stolen key", "read until told"), fact(held, "stolen key", "minutes")
    hours = fact(held, "stolen key", "hours")
    if minutes < 0 or not proven(held, "B3-two-histories"):
        because = Words("Niemand hat einen Beweis.", "Nobody has a proof.")
        return Verdict(Outcome.EXPOSED, read, because)
    because = Words(
        f"Bob erfährt es nach {read:.0f} gelesenen Nachrichten ({minutes:.0f} Minuten); der Beweis "
        f"ist nach {hours:.0f} Stunden da.",
        f"Bob is told after {read:.0f} messages read ({minutes:.0f} minutes); the proof is there "
        f"after {hours:.0f} hours.",
    )
    return Verdict(Outcome.DETECTED, read, because)


def seen_by_contacts(held: Held) -> Verdict:
    noted, after = fact(held, "linked", "noted"), fact(held, "linked", "after")
    because = Words(
        f"{noted:.0f} von 2 Kontakten sehen das Gerät; Umschläge nach dem Entfernen: {after:.0f}.",
        f"{noted:.0f} of 2 contacts see the device; envelopes after its removal: {after:.0f}.",
    )
    outcome = Outcome.DETECTED if noted == 2 and not after else Outcome.EXPOSED
    return Verdict(outcome, noted, because)


def read_until_removed(held: Held) -> Verdict:
    read, said = fact(held, "linked", "read"), fact(held, "linked", "said")
    because = Words(
        f"Bis zum Entfernen gelesen: {read:.0f} von {said:.0f}.",
        f"Read until its removal: {read:.0f} of {said:.0f}.",
    )
    return Verdict(Outcome.EXPOSED if read else Outcome.PREVENTED, read / said, because)


SCENARIO = Scenario(
    id="B3",
    slug="ghost-device",
    title=Words("Das Geistergerät", "The silent second device"),
    claim=Words(
        "Der Anbieter kann still ein weiteres Gerät hinzufügen, das mitliest.",
        "The provider can silently add one more device, which reads along.",
    ),
    precedents=(
        Precedent(
            Words(
                "„Geist“-Vorschlag von Levy und Robinson (GCHQ).",
                "The “ghost” proposal of Levy and Robinson (GCHQ).",
            ),
            "2018-11",
            checked=True,
        ),
        Precedent(
            Words(
                "Bösartiger Heimserver in Matrix: ein Gerät mehr in der Liste.",
                "Malicious homeserver in Matrix: one more device on the list.",
            ),
            "2022",
            checked=False,
        ),
    ),
    powers=frozenset(
        {
            *(Power.SERVER_WRITE, Power.DIRECTORY_WRITE, Power.LOG_EQUIVOCATE),
            *(Power.STATE_COPY, Power.DEVICE_UNLOCKED),
        }
    ),
    cells=(
        Cell(
            Product.E2EE,
            Words("Umschläge je Nachricht", "envelopes of a message"),
            as_many_as_devices,
            Outcome.PREVENTED,
            at_least=0,
            at_most=0,
        ),
        Cell(
            Product.E2EE,
            Words("a: gefälschte Liste", "a: forged list"),
            forged_list,
            Outcome.PREVENTED,
            at_most=0,
        ),
        Cell(
            Product.E2EE,
            Words("b: alte Liste noch einmal", "b: old list once more"),
            replayed_list,
            Outcome.PREVENTED,
            at_most=0,
        ),
        Cell(
            Product.E2EE,
            Words("c: mit Bobs gestohlenem Schlüssel", "c: with Bob's stolen key"),
            stolen_key,
            Outcome.DETECTED,
            at_least=1,
        ),
        Cell(
            Product.E2EE,
            Words("d: am offenen Telefon gekoppelt", "d: linked at the open phone"),
            seen_by_contacts,
            Outcome.DETECTED,
            at_least=2,
            at_most=2,
        ),
        Cell(
            Product.E2EE,
            Words("d: Inhalt bis zum Entfernen", "d: content until its removal"),
            read_until_removed,
            Outcome.EXPOSED,
            at_least=1,
            at_most=1,
        ),
    ),
    play=play,
    notes=Words(
        "Die Zahl der Umschläge ist die einfachste Prüfung der Welt: Sie muss gleich der Zahl der "
        "Geräte sein. Lassen Sie die Klasse zählen, bevor Sie weiterblättern.",
        "The number of envelopes is the simplest check there is: it has to equal the number of "
        "devices. Let the class count before you go on.",
    ),
    exercises=(
        Exercise(
            Words(
                "Wie oft verschlüsselt Alices Programm für zwei Kontakte mit je drei Geräten?",
                "How many encryptions does Alice's client do for two contacts with three devices "
                "each?",
            ),
            Words("Sechsmal: einmal für jedes Gerät.", "Six: one for each device."),
            Level.RECALL,
        ),
        Exercise(
            Words("Was würde eine siebte bedeuten?", "What would number seven mean?"),
            Words(
                "Ein Gerät, das auf keiner Liste steht, bekäme eine Kopie: eine Hintertür.",
                "A device on nobody's list would get a copy: a back door.",
            ),
            Level.TRANSFER,
        ),
        Exercise(
            Words(
                "„Nutzer achten nicht auf solche Hinweise.“ Ist der Geist damit doch unsichtbar?",
                "“Users do not mind such notices.” Is the ghost invisible after all?",
            ),
            Words(
                "Für manche ja. Aber der Server kann nicht wissen, wer hinsieht; und der Beweis "
                "bleibt. Massenhaft eingesetzt, fällt es sicher jemandem auf.",
                "To some, yes. But the relay cannot know who looks, and the proof stays. Used on "
                "many, somebody is sure to notice.",
            ),
            Level.DISPUTE,
        ),
    ),
    limit=Words(
        "Wer Bobs entsperrtes Telefon in der Hand hatte, liest alles, bis Bob das Gerät entfernt.",
        "Whoever held Bob's unlocked phone reads everything until Bob removes the device.",
    ),
    parameters={
        "every.minutes": Parameter(
            Words("Minuten zwischen Alices Nachrichten", "minutes between Alice's messages"),
            60,
            15,
            480,
        ),
        "messages": Parameter(
            Words("Nachrichten vor dem Entfernen", "messages before the removal"), 5, 1, 20
        ),
    },
)
