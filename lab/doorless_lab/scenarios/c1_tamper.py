"""C1 tamper: change, replay, reorder, drop, block."""

from doorless_lab.plays.tamper import play
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
from doorless_lab.telling import dotted
from doorless_lab.words import Words


def flips(held: Held) -> Verdict:
    tried, accepted = fact(held, "flips", "flips"), fact(held, "flips", "accepted")
    if not fact(held, "flips", "unchanged opens"):
        raise KeyError("the unchanged envelope does not open either, so nothing was shown")
    because = Words(
        f"Angenommen: {accepted:.0f} von {dotted(int(tried))} gekippten Bits.",
        f"Accepted: {accepted:.0f} of {tried:,.0f} flipped bits.",
    )
    return Verdict(Outcome.EXPOSED if accepted else Outcome.PREVENTED, accepted, because)


def elsewhere(held: Held) -> Verdict:
    tried, shown = fact(held, "elsewhere", "attempts"), fact(held, "elsewhere", "shown")
    if not fact(held, "elsewhere", "unchanged arrives"):
        raise KeyError("the true envelope does not arrive either, so nothing was shown")
    because = Words(
        f"Angezeigt: {shown:.0f} von {dotted(int(tried))}.", f"Shown: {shown:.0f} of {tried:,.0f}."
    )
    return Verdict(Outcome.EXPOSED if shown else Outcome.PREVENTED, shown, because)


def replays(held: Held) -> Verdict:
    sent, shown = fact(held, "replays", "replays"), fact(held, "replays", "shown")
    because = Words(
        f"{shown:.0f}-mal angezeigt bei {sent:.0f} Wiederholungen.",
        f"Shown {shown:.0f} time(s) with {sent:.0f} replays.",
    )
    return Verdict(Outcome.PREVENTED if shown == 1 else Outcome.EXPOSED, shown, because)


def order(held: Held) -> Verdict:
    said, shown = fact(held, "order", "said"), fact(held, "order", "shown")
    lost = max(said - shown, fact(held, "order", "missing"))
    because = Words(
        f"{shown:.0f} von {said:.0f} angekommen, verloren: {lost:.0f}.",
        f"{shown:.0f} of {said:.0f} arrived, lost: {lost:.0f}.",
    )
    return Verdict(Outcome.EXPOSED if lost else Outcome.PREVENTED, lost, because)


def drops(held: Held) -> Verdict:
    dropped, reported = fact(held, "drops", "dropped"), fact(held, "drops", "reported")
    because = Words(
        f"Verschluckt: {dropped:.0f}, als fehlend angezeigt: {reported:.0f}.",
        f"Dropped: {dropped:.0f}, shown as missing: {reported:.0f}.",
    )
    seen = dropped == reported > 0
    return Verdict(Outcome.DETECTED if seen else Outcome.EXPOSED, reported, because)


def block(held: Held) -> Verdict:
    said, arrived = fact(held, "block", "said"), fact(held, "block", "arrived")
    because = Words(
        f"Angekommen: {arrived:.0f} von {said:.0f}.", f"Arrived: {arrived:.0f} of {said:.0f}."
    )
    return Verdict(Outcome.PREVENTED if arrived else Outcome.EXPOSED, said - arrived, because)


def no_tag(held: Held) -> Verdict:
    tried, accepted = fact(held, "no tag", "flips"), fact(held, "no tag", "accepted")
    because = Words(
        f"Unbemerkt geändert: {accepted:.0f} von {dotted(int(tried))}.",
        f"Changed unnoticed: {accepted:.0f} of {tried:,.0f}.",
    )
    return Verdict(Outcome.EXPOSED if accepted == tried else Outcome.LIMITED, accepted, because)


SCENARIO = Scenario(
    id="C1",
    slug="tamper",
    title=Words(
        "Verändern, wiederholen, vertauschen, verschlucken", "Change, replay, reorder, drop"
    ),
    claim=Words(
        "Wer die Leitung hat, kann Nachrichten auch ohne Schlüssel verändern.",
        "Whoever has the wire can change messages even without a key.",
    ),
    precedents=(
        Precedent(
            Words(
                "Sperren von Messengern durch Staaten und Netzbetreiber.",
                "Messengers blocked by states and network operators.",
            ),
            "2018",
            checked=False,
        ),
    ),
    powers=frozenset({Power.NET_ALTER, Power.SERVER_WRITE}),
    cells=(
        Cell(
            Product.E2EE,
            Words("ein Bit gekippt", "one bit flipped"),
            flips,
            Outcome.PREVENTED,
            at_most=0,
        ),
        Cell(
            Product.E2EE,
            Words("falscher Ort, falsche Länge", "wrong place, wrong length"),
            elsewhere,
            Outcome.PREVENTED,
            at_most=0,
        ),
        Cell(
            Product.E2EE,
            Words("fünfmal wiederholt", "replayed five times"),
            replays,
            Outcome.PREVENTED,
            at_least=1,
            at_most=1,
        ),
        Cell(
            Product.E2EE,
            Words("vertauscht, zwei Stunden zu spät", "swapped, two hours late"),
            order,
            Outcome.PREVENTED,
            at_most=0,
        ),
        Cell(
            Product.E2EE,
            Words("jede dritte verschluckt", "every third dropped"),
            drops,
            Outcome.DETECTED,
            at_least=1,
        ),
        Cell(
            Product.E2EE,
            Words("alles gesperrt", "everything blocked"),
            block,
            Outcome.EXPOSED,
            at_least=1,
        ),
        Cell(
            Product.LEGACY,
            Words("verschlüsselt ohne Prüfzeichen", "encrypted without a tag"),
            no_tag,
            Outcome.EXPOSED,
            at_least=1,
        ),
    ),
    play=play,
    notes=Words(
        "Verschlüsselt heißt nicht unverändert: Die Spalte ohne Schutz zeigt, wie aus 100 mit "
        "einem Griff 900 wird, ohne dass jemand den Schlüssel hat.",
        "Encrypted does not mean unchanged: the column without the defence shows how 100 becomes "
        "900 in one move, with nobody holding the key.",
    ),
    exercises=(
        Exercise(
            Words(
                "Was geschieht, wenn derselbe Umschlag zweimal kommt?",
                "What happens when the same envelope comes twice?",
            ),
            Words(
                "Beim zweiten Mal gibt es den Schlüssel nicht mehr; nichts wird angezeigt.",
                "The second time its key is gone; nothing is shown.",
            ),
            Level.RECALL,
        ),
        Exercise(
            Words(
                "Welches davon ist Zensur, und was hilft dagegen?",
                "Which of them is censorship, and what helps against it?",
            ),
            Words(
                "Verschlucken und Sperren. Gegen Verschlucken hilft, dass man es sieht; gegen "
                "Sperren ein anderer Weg: ein anderer Server, Tor, eine zweite Leitung.",
                "Dropping and blocking. That it shows helps against dropping; against blocking "
                "another way: another relay, Tor, a second line.",
            ),
            Level.TRANSFER,
        ),
        Exercise(
            Words(
                "Darf ein Messenger Nachrichten zurückhalten, um Missbrauch zu verhindern?",
                "May a messenger hold messages back to prevent abuse?",
            ),
            Words(
                "Gegen Massenpost wohl, nach Absender und Menge, und so, dass Betroffene es "
                "merken. Nach Inhalt kann er es hier nicht.",
                "Against bulk mail perhaps, by sender and amount, and so that those concerned "
                "notice. By content it cannot, here.",
            ),
            Level.DISPUTE,
        ),
    ),
    limit=Words(
        "Der Server kann alles sperren. Dass nichts ankommt, verhindert keine Verschlüsselung; "
        "man sieht nur, dass der Haken fehlt.",
        "The relay can block everything. No encryption prevents that nothing arrives; one only "
        "sees that the tick is missing.",
    ),
    parameters={
        "flips": Parameter(Words("gekippte Bits", "flipped bits"), 16384, 128, 16384),
        "messages": Parameter(Words("Nachrichten", "messages"), 12, 6, 60),
    },
)
