"""Years that pass at a relay: what its desk wrote, what it publishes, and what Alice is told."""

from asyncio import sleep
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from doorless_client.core.notice_views import CanaryView
from doorless_lab.person import Person
from doorless_lab.relay_process import RelayProcess
from doorless_lab.stage import RELAY_NAME, until
from doorless_lab.staging.desk import LabDesk
from doorless_lab.staging.lab_stage import WITHIN, LabStage
from doorless_protocol.notice_frames import Notice
from doorless_server.demands import inventory, silence
from doorless_server.demands.begun import FOLDER
from doorless_server.demands.ledger import Ledger
from doorless_server.demands.notices import Notices
from doorless_server.demands.report.as_html import as_html
from doorless_server.demands.report.making import view
from doorless_server.demands.report.model import Imprint

DAY = 86_400
CONTROL = "CONTROL-"
"""What notices of the lab's own are called."""


class YearsStage(LabStage):
    """Whose relay has a demand log of days, like any that serves people: years pass here."""

    def _make_relay(self, environment: dict[str, str]) -> RelayProcess:
        program = ("doorless_lab.relay", "--control", str(self.control_folder.folder))
        data, said = self.folder / "relay", self.logs / "relay.log"
        return RelayProcess(RELAY_NAME, data, said, environment, program=program)


@dataclass
class Years:
    """The scene as it goes on. `began`: the day of the orders, in seconds."""

    stage: LabStage
    alice: Person
    desk: LabDesk
    began: int
    looked: int = 0

    @property
    def now(self) -> int:
        return self.desk.sources.clock()

    def days(self) -> int:
        """Since the orders came."""
        return (self.now - self.began) // DAY

    def day(self, later: int) -> date:
        """So many days from today."""
        return datetime.fromtimestamp(self.now, UTC).date() + timedelta(days=later)

    def renew(self, demand_id: str, until: date | None) -> None:
        """Silence about it is ordered up to and with a day; None: without an end."""
        silence.renew(self.desk.data, demand_id, until, self.desk.sources)

    def pass_until(self, day: int) -> None:
        self.stage.clock.advance(max(0, self.began + day * DAY + 60 - self.now))

    async def looks(self) -> None:
        """Alice's device signs in again and is told all that may be told.

        A notice of the lab's own is among that each time: what is missing beside it was held
        back, and not just late.
        """
        self.looked += 1
        control = f"{CONTROL}{self.looked}"
        with closing(Notices.open(self.desk.data / FOLDER)) as notices:
            notices.put(self.alice.messenger.me.account, _control(control), self.now)
        self.alice.cut()
        await sleep(0)
        self.alice.restore()
        await until(lambda: control in self._shown(), WITHIN, "the control")

    def told(self) -> list[str]:
        """The demands that Alice was told of."""
        return [demand for demand in self._shown() if not demand.startswith(CONTROL)]

    def canary(self) -> CanaryView:
        """On Alice's screen. Raises ValueError: there is none."""
        shown = self.alice.messenger.notices.canary()
        if shown is None:
            raise ValueError("the relay shows no canary")
        return shown

    def _shown(self) -> list[str]:
        return [str(notice.demand) for notice in self.alice.messenger.notices.every()]

    def report(self) -> "Published":
        """What the operator publishes on this day."""
        ledger = Ledger.open(self.desk.data / FOLDER, random=self.desk.sources.random)
        held = inventory.of(self.desk.data).schema_hash
        imprint = Imprint(RELAY_NAME, held, ledger.head(), simulation=True)
        shown = view(ledger.entries(), "signal", None, self.now, imprint)
        never = view((), "signal", None, self.now, imprint)
        pages = sum(section.page for section in shown.sections)
        return Published(pages, as_html(shown), as_html(shown) == as_html(never))


@dataclass(frozen=True, slots=True)
class Published:
    """A public report.

    Attributes:
        pages: how many demands it shows.
        as_if_never_asked: it is byte for byte that of a ledger without any demand.
    """

    pages: int
    html: str
    as_if_never_asked: bool


def _control(demand: str) -> Notice:
    return Notice(
        demand,
        *("ministry", "ZZ", "the lab", "", "NONE", (), "no_data", ()),
        received=0,
        answered=0,
        delayed=False,
        simulation=True,
    )
