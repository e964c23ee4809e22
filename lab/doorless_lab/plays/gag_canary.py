"""A5: three orders about Alice that the operator must not speak of, and what is known of them when.

without   an order that names no end
dated     a year
renewed   ninety days, and four times ninety more

The relay, the desk, its ledger and Alice's messenger are the real ones; the clock is the lab's.
"""

from collections.abc import AsyncGenerator

from doorless_client.core.notice_views import CanaryView
from doorless_lab.adversary import Adversary, arm
from doorless_lab.plays.banded import step_in_bands
from doorless_lab.powers import CourtOrder, Gag
from doorless_lab.scenario import Evidence, Question, Scene, Seat, Step
from doorless_lab.stage import RELAY_NAME
from doorless_lab.staging.desk import LabDesk
from doorless_lab.staging.lab_stage import say
from doorless_lab.staging.lines import alarm, held, missing, plain
from doorless_lab.staging.paper import COURT_US, demand_toml, silence_toml
from doorless_lab.staging.years import DAY, Years, YearsStage
from doorless_lab.words import Words
from doorless_protocol.canary import Canary
from doorless_server.demands import canary
from doorless_server.demands.workflow import Answer

WITHOUT, DATED, RENEWED = "EX-2026-001", "EX-2026-002", "EX-2026-003"
ORDERS = (WITHOUT, DATED, RENEWED)
CANARY_DAYS, OVERDUE, NINETY, RENEWALS, YEARS = 90, 9, 90, 4, 10


async def play(scene: Scene) -> AsyncGenerator[Step, None]:
    async with YearsStage(scene) as stage:
        alice, bob = await stage.friends(("alice", "Alice"), ("bob", "Bob"))
        await say(alice, bob, "see you at the library")
        desk = LabDesk(stage.relay.data, stage.clock, scene.random)
        now = Years(stage, alice, desk, desk.sources.clock())
        first = _signed(now)
        silence = Gag({WITHOUT: None, DATED: now.day(365), RENEWED: now.day(NINETY)})
        agency = arm(scene, Seat.AGENCY, silence)
        yield await _ordered(now, agency)
        agency = arm(scene, Seat.AGENCY, silence, CourtOrder(await _answers(now)))
        yield await _answered(now, agency)
        now.pass_until(CANARY_DAYS - 2)
        agency = _renewed(scene, now, agency)
        yield await _canary(now, first)
        yield await _forced(now, first)
        for number in range(1, RENEWALS):
            now.pass_until((number + 1) * NINETY - 2)
            agency = _renewed(scene, now, agency)
        yield await _year(now)
        yield await _last(now)
        yield await _never(now)
        yield step_in_bands()


def _signed(now: Years) -> Canary:
    sources = now.desk.sources
    until_ = now.day(CANARY_DAYS)
    return canary.sign(now.desk.data, RELAY_NAME, until_, (), now.now, sources.random)


def _renewed(scene: Scene, now: Years, agency: Adversary) -> Adversary:
    """Silence about the third is ordered once more, for ninety days from where it would end."""
    silence = Gag({**agency.use(Gag).of, RENEWED: now.day(NINETY + 2)})
    agency = arm(scene, Seat.AGENCY, silence, agency.use(CourtOrder))
    now.renew(RENEWED, agency.use(Gag).of[RENEWED])
    return agency


async def _answers(now: Years) -> dict[str, Answer]:
    """Of the desk, by demand."""
    now.stage.clock.advance(2 * DAY)  # until the public log shows all three
    return {demand_id: await now.desk.answer(demand_id) for demand_id in ORDERS}


async def _ordered(now: Years, agency: Adversary) -> Step:
    for demand_id in ORDERS:
        toml = demand_toml(
            demand_id,
            office=COURT_US,
            instrument="US_WARRANT",
            categories=("basic", "content_stored"),
            targets=("alice",),
            now=now.now,
            scope="All that is held about alice, and all of her messages.",
        )
        await now.desk.take(toml + silence_toml(agency.use(Gag).of[demand_id]))
    return Step(
        Words(
            "Drei Anordnungen verlangen Alices Daten, und alle drei gebieten Schweigen.",
            "Three orders demand Alice's data, and all three order silence.",
        ),
        {
            Seat.AGENCY: (
                held("1: Schweigen ohne Ende", "1: silence without an end"),
                held("2: Schweigen für ein Jahr", "2: silence for a year"),
                held("3: 90 Tage, verlängerbar", "3: 90 days, renewable"),
            ),
            Seat.RELAY: (plain("Drei Einträge im Register.", "Three entries in the ledger."),),
            Seat.ALICE: (missing("Alice weiß von nichts.", "Alice knows of nothing."),),
        },
        question=Question(
            Words(
                "Von welcher Anordnung erfährt Alice nie?", "Of which order will Alice never learn?"
            ),
            (
                Words("Von der ersten.", "Of the first."),
                Words("Von der dritten.", "Of the third."),
                Words("Von keiner.", "Of none."),
                Words("Sie erfährt von allen.", "She learns of all."),
            ),
            right=0,
        ),
        notes=Words(
            "2016 zählte Microsoft in 18 Monaten 5 624 Anfragen, davon 2 576 mit Schweigegebot; "
            "1 752 davon ohne Enddatum.",
            "In 2016 Microsoft counted 5,624 demands in 18 months, 2,576 of them with secrecy "
            "orders; 1,752 of those had no end date.",
        ),
    )


async def _answered(now: Years, agency: Adversary) -> Step:
    await now.looks()
    report = now.report()
    shown, given = report.pages, len(agency.use(CourtOrder).of)
    return Step(
        Words(
            f"Alle drei sind beantwortet; der öffentliche Bericht zeigt {shown} davon.",
            f"All three are answered; the public report shows {shown} of them.",
        ),
        {
            Seat.AGENCY: (held(f"Antworten: {given}", f"Answers: {given}"),),
            Seat.ALICE: (
                missing(f"Mitteilungen: {len(now.told())}", f"Notices: {len(now.told())}"),
            ),
            Seat.PUBLIC: (missing(f"Seiten im Bericht: {shown}", f"Pages in the report: {shown}"),),
        },
        (
            Evidence(
                "while silent",
                Words("Der Bericht, solange geschwiegen wird", "The report during the silence"),
                {
                    "pages": shown,
                    "told": len(now.told()),
                    "as if never asked": report.as_if_never_asked,
                },
                report.html.encode(),
                "text/html",
            ),
        ),
        detail=Words(
            "Der Bericht gleicht Byte für Byte dem eines Betreibers, der nie gefragt wurde.",
            "The report is byte for byte that of an operator who was never asked.",
        ),
    )


async def _canary(now: Years, first: Canary) -> Step:
    now.pass_until(CANARY_DAYS + OVERDUE)
    await now.looks()
    shown = now.canary()
    return Step(
        Words(
            f"Der Betreiber unterschreibt nicht mehr: der Kanarienvogel ist {shown.overdue} Tage "
            "überfällig.",
            f"The operator signs no more: the canary is {shown.overdue} days overdue.",
        ),
        {
            Seat.ALICE: (
                alarm(
                    f"Kanarienvogel {shown.overdue} Tage überfällig",
                    f"canary {shown.overdue} days overdue",
                ),
                missing("Was geschehen ist, sagt er nicht.", "What happened it does not say."),
            ),
            Seat.PUBLIC: (
                plain(f"Gültig bis {first.valid_until}.", f"Valid until {first.valid_until}."),
            ),
        },
        (
            Evidence(
                "canary",
                Words("Der überfällige Kanarienvogel", "The canary that is overdue"),
                {
                    "overdue": shown.overdue,
                    "names a demand": _names(shown),
                    "said": len(shown.statements),
                },
                "\n".join(shown.statements).encode(),
                "text/plain",
            ),
        ),
        question=Question(
            Words("Was weiß Alice jetzt?", "What does Alice know now?"),
            (
                Words("Dass ihre Daten verlangt wurden.", "That her data was demanded."),
                Words("Dass etwas anders ist.", "That something changed."),
                Words("Nichts.", "Nothing."),
            ),
            right=1,
        ),
    )


async def _forced(now: Years, first: Canary) -> Step:
    """The variant: a court orders to go on signing."""
    second = _signed(now)
    await now.looks()
    shown = now.canary()
    return Step(
        Words(
            "Ein Gericht befiehlt, weiter zu unterschreiben, und alles sieht wieder gut aus.",
            "A court orders to go on signing, and all looks well again.",
        ),
        {
            Seat.ALICE: (
                missing("Keine Warnung mehr.", "No warning any more."),
                *(plain(text, text) for text in shown.statements[:1]),
            ),
            Seat.AGENCY: (held("Die Unterschrift ist echt.", "The signature is genuine."),),
        },
        (
            Evidence(
                "forced",
                Words("Zwei Kanarienvögel nacheinander", "Two consecutive canaries"),
                {"overdue": shown.overdue, "untrue statements": len(second.statements)},
                "\n\n".join(map(_letter, (first, second))).encode(),
                "text/plain",
            ),
        ),
        detail=Words(
            "Ob man zu einer Lüge gezwungen werden darf, ist offen; ein Gericht hat es nie "
            "entschieden, soweit wir wissen.",
            "Whether anybody may be compelled to lie is open; as far as we know, no court has "
            "decided it.",
        ),
    )


async def _year(now: Years) -> Step:
    now.pass_until(365)
    await now.looks()
    before, shown_before = len(now.told()), now.report().pages
    now.pass_until(366)
    await now.looks()
    report, told = now.report(), now.told()
    shown = report.pages
    return Step(
        Words(
            f"Nach {now.days()} Tagen endet das Schweigen der zweiten: Alices Gerät meldet es.",
            f"After {now.days()} days the second silence ends, and Alice's device tells her.",
        ),
        {
            Seat.ALICE: (
                alarm(
                    f"Ihre Daten wurden verlangt: {', '.join(told)}",
                    f"Your data was demanded: {', '.join(told)}",
                ),
            ),
            Seat.RELAY: (
                plain("Niemand musste etwas tun.", "Nobody had to do anything that day."),
            ),
            Seat.PUBLIC: (held(f"Seiten im Bericht: {shown}", f"Pages in the report: {shown}"),),
        },
        (
            Evidence(
                "dated",
                Words("Der Bericht nach dem Ende", "The report after the end"),
                {
                    "days": now.days() if DATED in told else -1,
                    "told before": before,
                    "pages before": shown_before,
                    "pages": shown,
                },
                report.html.encode(),
                "text/html",
            ),
        ),
    )


async def _last(now: Years) -> Step:
    last_day = RENEWALS * NINETY + NINETY
    now.pass_until(last_day)
    await now.looks()
    before = RENEWED in now.told()
    now.pass_until(last_day + 1)
    await now.looks()
    page = now.report().html
    return Step(
        Words(
            f"Vier Verlängerungen später, nach {now.days()} Tagen, erfährt Alice auch die dritte.",
            f"Four renewals later, after {now.days()} days, Alice learns of the third as well.",
        ),
        {
            Seat.ALICE: tuple(alarm(each, each) for each in now.told()),
            Seat.PUBLIC: (
                held("Der Bericht nennt jede Verlängerung.", "The report names every renewal."),
            ),
        },
        (
            Evidence(
                "renewed",
                Words("Der Bericht mit den Verlängerungen", "The report with the renewals"),
                {
                    "days": now.days() if RENEWED in now.told() and not before else -1,
                    "renewals": page.count("ordered again"),
                },
                page.encode(),
                "text/html",
            ),
        ),
    )


async def _never(now: Years) -> Step:
    now.stage.clock.advance(YEARS * 365 * DAY)
    await now.looks()
    told = int(WITHOUT in now.told())
    return Step(
        Words(
            f"{YEARS} Jahre weiter: von der Anordnung ohne Ende weiß Alice noch immer nichts.",
            f"{YEARS} years on: of the order without an end Alice still knows nothing.",
        ),
        {
            Seat.ALICE: (missing("Keine Mitteilung zur ersten.", "No notice of the first."),),
            Seat.RELAY: (
                held("Der Betreiber weiß es und schweigt.", "The operator knows, and is silent."),
            ),
        },
        (
            Evidence(
                "endless",
                Words("Schweigen ohne Ende", "Silence without an end"),
                {"days": now.days(), "told": told},
            ),
        ),
    )


def _names(shown: CanaryView) -> bool:
    text = " ".join(shown.statements)
    return any(demand in text for demand in ORDERS)


def _letter(signed: Canary) -> str:
    said = "\n".join(f"- {text}" for text in signed.statements)
    return f"{signed.published} … {signed.valid_until}\n{said}"
