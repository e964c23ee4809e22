"""A1 as it is played: the same conversation, the same four demands, three operators."""

from collections.abc import AsyncGenerator, Sequence

from doorless_lab.adversary import Adversary, arm
from doorless_lab.doors.stored import as_kept, opened, stored
from doorless_lab.evidence import MARKERS, Places, draw_markers, leak_scan
from doorless_lab.leakscan import draw_marker
from doorless_lab.person import Person
from doorless_lab.plays import disclose_lines as show
from doorless_lab.powers import CourtOrder, EscrowKey, ServerRead
from doorless_lab.products.cloud import CloudPerson, CloudService
from doorless_lab.products.cloud_desk import answer as cloud_answer
from doorless_lab.products.cloud_desk import production
from doorless_lab.products.mandated import escrow
from doorless_lab.sayings import written
from doorless_lab.scenario import Product, Scene, Seat, Step
from doorless_lab.stage import RELAY_NAME
from doorless_lab.staging.desk import LabDesk
from doorless_lab.staging.lab_stage import LabStage, heard, kept, say
from doorless_lab.staging.paper import COURT_DE, COURT_US, Office, demand_toml
from doorless_lab.threads import in_thread
from doorless_lab.words import Words
from doorless_server.demands.begun import FOLDER
from doorless_server.demands.checks import Facts
from doorless_server.demands.entity import Operator
from doorless_server.demands.intake import parse
from doorless_server.demands.workflow import OUT, Answer

WAIT = 3
"""Messages that the person sought has not collected yet."""

INSTRUMENTS: tuple[tuple[str, Office, str], ...] = (
    ("US_SUBPOENA", COURT_US, "US"),
    ("US_2703D", COURT_US, "US"),
    ("US_WARRANT", COURT_US, "US"),
    ("EU_EPOC", COURT_DE, "DE"),
)
"""In the order in which they come, whose they are, and where the operator is at that time."""

ALL_OF_THEM, NONE_OF_THEM = 0, 2
"""Which answer to the question is the right one."""

WIDEST = "US_WARRANT"

CATEGORIES = ("basic", "id", "traffic", "content_stored")
TARGETS = ("alice", "nobody")

SCOPE = Words(
    "alle Bestandsdaten: Namen, Anschriften, Rufnummern, E-Mail-Adressen, Zahlungsart,"
    " IP-Registrierung, IP-Verlauf und -Adressen, Kontoverlauf, Verbindungsnachweise, vor- und"
    " nachgelagerte Anbieter, über Cookies verbundene Konten und alle weiteren Kontaktdaten, vom"
    " Anfang bis heute",
    "all subscriber information: names, addresses, telephone numbers, e-mail addresses, method of"
    " payment, IP registration, IP history logs and addresses, account history, toll records,"
    " upstream and downstream providers, associated accounts acquired through cookie data, and any"
    " other contact information, from inception to the present",
)
"""What a grand jury asked for in 2016, as its receiver published it."""


async def play(scene: Scene) -> AsyncGenerator[Step, None]:
    steps = {Product.E2EE: _e2ee, Product.CLOUD: _cloud}.get(scene.product, _mandated)
    async for step in steps(scene):
        yield step


async def _e2ee(scene: Scene) -> AsyncGenerator[Step, None]:
    markers, common = draw_markers(scene.random), draw_marker("every message", scene.random)
    async with LabStage(scene) as stage:
        alice, bob = await stage.friends(("alice", "Alice"), ("bob", "Bob"))
        texts = [written(at, f"{one.text} {common.text}") for at, one in enumerate(markers)]
        await _talk(stage, alice, bob, texts)
        operator = arm(scene, Seat.RELAY, ServerRead(stage.machine()))
        machine = operator.use(ServerRead).of
        yield show.talked(texts, [row["envelope"] for row in machine.table("envelopes")])
        desk = LabDesk(machine.data, stage.clock, scene.random)
        yield show.demanded(SCOPE, TARGETS, NONE_OF_THEM)
        answers: dict[str, Answer] = {}
        for number, (instrument, office, country) in enumerate(INSTRUMENTS, start=1):
            desk.move_to(country)
            paper = _demand(number, instrument, office, stage.clock.now())
            demand_id = await desk.take(paper)
            checks = await desk.check(demand_id)
            answers[instrument] = await desk.answer(demand_id)
            agency = arm(scene, Seat.AGENCY, CourtOrder(answers))
            yield show.answered(agency.use(CourtOrder).of[instrument], checks)
        held, memory = _everything(operator, agency), machine.memory(common)
        evidence = await in_thread(lambda: leak_scan(markers, held, memory=memory))
        yield show.searched(evidence)


def _everything(operator: Adversary, agency: Adversary) -> Places:
    """What was handed over on the widest order, and all of the server but the other bundles,
    which have nothing that is not in this one."""
    machine, answers = operator.use(ServerRead).of, agency.use(CourtOrder).of
    data = machine.data
    desk = data / FOLDER
    parts = [path for path in (*data.iterdir(), *desk.iterdir()) if path not in (desk, desk / OUT)]
    server: Places = {path.relative_to(data).as_posix(): path for path in parts}
    return {**server, "production": answers[WIDEST].folder, "logs": machine.logs}


async def _talk(stage: LabStage, alice: Person, bob: Person, texts: Sequence[str]) -> None:
    """In turns; the last ones wait for Alice, who has gone."""
    for at, text in enumerate(texts[:-WAIT]):
        sender, hearer = (alice, bob) if at % 2 else (bob, alice)
        await say(sender, hearer, text)
        await heard(hearer, sender, text)
    await stage.quiet(alice, bob)  # a receipt that is under way would wait as well
    await kept(bob, alice, texts[-WAIT:])


def _demand(number: int, instrument: str, office: Office, now: float) -> bytes:
    return demand_toml(
        f"EX-{number}-{instrument}",
        office=office,
        instrument=instrument,
        categories=CATEGORIES,
        targets=TARGETS,
        now=now,
        scope=SCOPE.en,
    )


async def _cloud(scene: Scene) -> AsyncGenerator[Step, None]:
    markers = draw_markers(scene.random)
    async with CloudService(scene.folder / "cloud", lambda: scene.now) as service:
        alice = await CloudPerson.register(service, "alice", "Alice", "203.0.113.7")
        bob = await CloudPerson.register(service, "bob", "Bob", "198.51.100.20")
        try:
            texts = [written(at, one.text) for at, one in enumerate(markers)]
            await _talk_openly(alice, bob, texts)
            operator = arm(scene, Seat.RELAY, ServerRead(service.folder))
            yield show.talked_openly(texts, operator.use(ServerRead).of)
            yield show.demanded(SCOPE, TARGETS, ALL_OF_THEM)
            for number, (instrument, office, country) in enumerate(INSTRUMENTS, start=1):
                demand = parse(_demand(number, instrument, office, scene.now))
                facts = Facts(Operator(RELAY_NAME, country=country), scene.now)
                answered = cloud_answer(operator.use(ServerRead).of, demand, facts)
                agency = arm(scene, Seat.AGENCY, CourtOrder(production(answered)))
                given = agency.use(CourtOrder).of
                yield show.answered_openly(instrument, answered, given)
        finally:
            alice.leave()
            bob.leave()
        yield show.searched(leak_scan(markers, {"production": agency.use(CourtOrder).of}))


async def _talk_openly(alice: CloudPerson, bob: CloudPerson, texts: Sequence[str]) -> None:
    for at, text in enumerate(texts):
        sender, hearer = (alice, bob) if at % 2 else (bob, alice)
        await sender.says(hearer.handle, text)
        if (await hearer.hears())[-1] != text:
            raise RuntimeError("the service lost a message")


async def _mandated(scene: Scene) -> AsyncGenerator[Step, None]:
    law = stored(scene, MARKERS)
    operator = arm(scene, Seat.RELAY, ServerRead(law.sent))
    sent = operator.use(ServerRead).of
    yield show.escrowed(len(sent), sum(len(one.escrowed) for one in sent))
    yield show.demanded(SCOPE, TARGETS, ALL_OF_THEM)
    agency = arm(scene, Seat.AGENCY, CourtOrder(sent), EscrowKey(escrow.join(*law.halves)))
    given = agency.use(CourtOrder).of
    contents = opened(agency.use(EscrowKey).of, given)
    yield show.opened(contents)
    held = {"opened": b"\n".join(contents), "kept": as_kept(given)}
    yield show.searched(leak_scan(law.markers, held))
