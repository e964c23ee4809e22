"""C2 traffic-analysis: who with whom, when, how much."""

from doorless_lab.plays.traffic_analysis import play
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
from doorless_lab.staging.judging import fact
from doorless_lab.words import Words


def graph(held: Held) -> Verdict:
    """Without the defence, the log names the sender: all of them after one message."""
    name = "graph product"
    once, often = fact(held, name, "found after 1"), fact(held, name, "found after 10")
    high = fact(held, name, "high after 1")
    because = Words(
        f"Nach 1 Nachricht in {once:.0f} % gefunden (ohne Schutz 100 %), nach 10 in {often:.0f} %.",
        f"Found in {once:.0f} % after 1 message (without a defence 100 %), after 10 in "
        f"{often:.0f} %.",
    )
    reduced = high < 100 and once < often
    return Verdict(Outcome.LIMITED if reduced else Outcome.EXPOSED, often, because)


def lengths(held: Held) -> Verdict:
    right, sentences = fact(held, "lengths product", "right"), fact(held, "live", "sentences")
    chance = 100 / sentences
    because = Words(
        f"{right:.0f} % richtig geraten; Zufall wären {chance:.0f} %.",
        f"{right:.0f} % guessed right; chance would be {chance:.0f} %.",
    )
    return Verdict(Outcome.LIMITED if right < 50 else Outcome.EXPOSED, right, because)


def night(held: Held) -> Verdict:
    found = fact(held, "night product", "found")
    because = Words(
        f"Auf die Stunde gefunden in {found:.0f} % der Läufe.",
        f"Found to the hour in {found:.0f} % of the runs.",
    )
    return Verdict(Outcome.EXPOSED if found > 50 else Outcome.LIMITED, found, because)


def bought(held: Held) -> Verdict:
    found, before = (
        fact(held, "bought", "found after 3"),
        fact(held, "graph product", "low after 3"),
    )
    seconds, more = fact(held, "bought", "seconds"), fact(held, "bought", "more traffic")
    because = Words(
        f"Nach 3 Nachrichten in {found:.0f} % gefunden, für {seconds:.0f} s und {more:.0f} % mehr "
        "Verkehr.",
        f"Found in {found:.0f} % after 3 messages, for {seconds:.0f} s and {more:.0f} % more "
        "traffic.",
    )
    cheaper = fact(held, "bought", "high after 3") < before
    return Verdict(Outcome.LIMITED if cheaper else Outcome.EXPOSED, found, because)


def plain_graph(held: Held) -> Verdict:
    found = fact(held, "graph control", "found after 1")
    because = Words(
        f"Nach 1 Nachricht in {found:.0f} % gefunden.", f"Found in {found:.0f} % after 1 message."
    )
    return Verdict(Outcome.EXPOSED if found > 99 else Outcome.LIMITED, found, because)


def plain_lengths(held: Held) -> Verdict:
    right = fact(held, "lengths control", "right")
    because = Words(f"{right:.0f} % richtig geraten.", f"{right:.0f} % guessed right.")
    return Verdict(Outcome.EXPOSED if right >= 50 else Outcome.LIMITED, right, because)


SCENARIO = Scenario(
    id="C2",
    slug="traffic-analysis",
    title=Words("Wer mit wem, wann, wie viel", "Metadata"),
    claim=Words(
        "Wenn der Inhalt verschlüsselt ist, erfährt der Betreiber nichts.",
        "When the content is sealed, the operator learns nothing.",
    ),
    precedents=(
        Precedent(
            Words(
                "Martiny und andere (NDSS 2021): Absender trotz „Sealed Sender“ nach wenigen "
                "Nachrichten erkannt.",
                "Martiny and others (NDSS 2021): senders recognised in spite of “sealed sender” "
                "after a few messages.",
            ),
            "2021",
            checked=False,
        ),
        Precedent(
            Words(
                "Michael Hayden: „Wir töten Menschen auf der Grundlage von Metadaten.“",
                "Michael Hayden: “We kill people based on metadata.”",
            ),
            "2014",
            checked=False,
        ),
    ),
    powers=frozenset({Power.NET_OBSERVE, Power.SERVER_LOG_ON}),
    cells=(
        Cell(
            Product.E2EE,
            Words("wer mit wem", "who with whom"),
            graph,
            Outcome.LIMITED,
            at_least=50,
            at_most=100,
        ),
        Cell(
            Product.E2EE,
            Words("was, nach der Länge", "what, by its length"),
            lengths,
            Outcome.LIMITED,
            at_most=50,
        ),
        Cell(
            Product.E2EE,
            Words("wann jemand schläft", "when somebody sleeps"),
            night,
            Outcome.EXPOSED,
            at_least=50,
        ),
        Cell(
            Product.E2EE,
            Words("mit Verzögerung und Füllverkehr (Modell)", "with delay and cover (a model)"),
            bought,
            Outcome.LIMITED,
            at_most=60,
        ),
        Cell(
            Product.LEGACY,
            Words("wer mit wem", "who with whom"),
            plain_graph,
            Outcome.EXPOSED,
            at_least=99,
        ),
        Cell(
            Product.LEGACY,
            Words("was, nach der Länge", "what, by its length"),
            plain_lengths,
            Outcome.EXPOSED,
            at_least=50,
        ),
    ),
    play=play,
    notes=Words(
        "Hier wird nichts grün, und das ist Absicht. Fragen Sie, wem es reicht zu wissen, wer mit "
        "wem spricht: einer Krankenkasse, einem Arbeitgeber, einer Redaktion, einem Geheimdienst.",
        "Nothing turns green here, and that is on purpose. Ask for whom it is enough to know who "
        "speaks with whom: a health insurer, an employer, a newsroom, a secret service.",
    ),
    exercises=(
        Exercise(
            Words(
                "Was steht nicht auf dem Umschlag, und was doch?",
                "What is not on the envelope, and what is?",
            ),
            Words(
                "Nicht der Absender. Das Postfach des Empfängers, die Zeit und eine von sechs "
                "Größen.",
                "Not the sender. The recipient's mailbox, the time, and one of six sizes.",
            ),
            Level.RECALL,
        ),
        Exercise(
            Words(
                "Sie haben 5 Sekunden Wartezeit und 30 % mehr Verkehr auszugeben. Wofür?",
                "You have 5 s of delay and 30 % of traffic to spend. On what?",
            ),
            Words(
                "Die Wartezeit auf die Quittungen, die den Absender verraten (jitter.seconds=10). "
                "Gegen die Nachtruhe reichen 30 % nicht; messen Sie mit cover.a.day=24 nach.",
                "The delay on the receipts, which give the sender away (jitter.seconds=10). "
                "Against the night, 30 % is not enough; measure it with cover.a.day=24.",
            ),
            Level.TRANSFER,
        ),
        Exercise(
            Words(
                "Sollten Ermittler Verkehrsdaten bekommen, wenn sie den Inhalt nicht bekommen?",
                "Should investigators get traffic data where they cannot get content?",
            ),
            Words(
                "Dafür: Ohne sie bleibt manche Tat unaufgeklärt, und der Inhalt bleibt geschützt. "
                "Dagegen: Wer mit wem spricht, verrät oft mehr als der Satz, und es trifft alle.",
                "For it: without them some crimes stay unsolved, and content stays protected. "
                "Against it: who speaks with whom often tells more than the words, and it is "
                "about everybody.",
            ),
            Level.DISPUTE,
        ),
    ),
    limit=Words(
        "Wer das Protokoll des Servers führt, findet nach einigen Nachrichten heraus, wer mit wem "
        "spricht, und nach einer Woche, wann jemand schläft.",
        "Whoever keeps the relay's log finds out after a few messages who speaks with whom, and "
        "after a week when somebody sleeps.",
    ),
    parameters={
        "accounts": Parameter(Words("Konten der Schule", "accounts of the school"), 200, 20, 1000),
        "runs": Parameter(Words("Läufe", "runs"), 60, 20, 1000),
        "pad.bucket": Parameter(
            Words(
                "ohne Schutz: aufgefüllt auf Vielfache von, Byte",
                "without the defence: padded to multiples of, bytes",
            ),
            1,
            1,
            65536,
        ),
        "jitter.seconds": Parameter(
            Words(
                "weitere Verzögerung der Quittungen, Sekunden", "more delay of receipts, seconds"
            ),
            60,
            0,
            600,
        ),
        "cover.a.day": Parameter(
            Words("Füllumschläge am Tag", "envelopes of cover a day"), 24, 0, 2000
        ),
    },
)
