"""Six legal routes to a mailbox, and in which country each of them looks for its operator.

What a law says of data elsewhere it says by whom it binds: so a route has, for each place where
the mailbox may lie, the country by whose law the operator has to decide.
"""

from dataclasses import dataclass
from typing import Final

from doorless_lab.staging.paper import COURT_DE, COURT_US, Office
from doorless_lab.words import Words

COURT_GB: Final = Office("Crown Court at Example", "GB", "court", "Judge Doe")
PLACES: Final = ("Dublin", "Redmond")

OPERATOR: Final = Words("Betreiber", "operator")
_PROSECUTOR_US: Final = Words("Staatsanwaltschaft (US)", "prosecutor (US)")
_PROSECUTOR_DE: Final = Words("Staatsanwaltschaft (DE)", "prosecutor (DE)")
_POLICE_GB: Final = Words("Polizei (GB)", "police (GB)")
_JUDGE_US: Final = Words("Gericht (US)", "court (US)")
_JUDGE_IE: Final = Words("Gericht (IE)", "court (IE)")
_JUDGE_DE: Final = Words("Gericht (DE)", "court (DE)")
_JUDGE_GB: Final = Words("Gericht (GB)", "court (GB)")
_MINISTRY_US: Final = Words("Justizministerium (US)", "Department of Justice (US)")
_MINISTRY_IE: Final = Words("Justizministerium (IE)", "Department of Justice (IE)")
_DESIGNATED_GB: Final = Words("benannte Behörde (GB)", "designated authority (GB)")
_ESTABLISHED: Final = Words("Niederlassung in der EU", "establishment in the EU")


@dataclass(frozen=True, slots=True)
class Route:
    """One way of asking.

    Attributes:
        path: through whose hands it goes, from who asks to the operator.
        within: how long it takes, by the law or in practice.
        binds: by place, in PLACES' order: the country as whose operator we are asked.
    """

    id: str
    name: Words
    office: Office
    instrument: str
    path: tuple[Words, ...]
    within: Words
    binds: tuple[str, str]


ROUTES: Final = (
    Route(
        "R1",
        Words("US-Durchsuchungsbefehl, Recht von 2016", "US warrant, law of 2016"),
        COURT_US,
        "US_WARRANT",
        (_PROSECUTOR_US, _JUDGE_US, OPERATOR),
        Words("14 Tage", "14 days"),
        ("IE", "US"),
    ),
    Route(
        "R2",
        Words("US-Durchsuchungsbefehl, CLOUD Act (2018)", "US warrant, CLOUD Act (2018)"),
        COURT_US,
        "US_WARRANT",
        (_PROSECUTOR_US, _JUDGE_US, OPERATOR),
        Words("14 Tage", "14 days"),
        ("US", "US"),
    ),
    Route(
        "R3",
        Words("Rechtshilfe auf Bitten der USA", "mutual legal assistance for the US"),
        COURT_US,
        "MLAT",
        (_PROSECUTOR_US, _MINISTRY_US, _MINISTRY_IE, _JUDGE_IE, OPERATOR),
        Words("Monate", "months"),
        ("IE", "US"),
    ),
    Route(
        "R4",
        Words("Europäische Anordnung aus Deutschland", "European order from Germany"),
        COURT_DE,
        "EU_EPOC",
        (_PROSECUTOR_DE, _JUDGE_DE, _ESTABLISHED, OPERATOR),
        Words("10 Tage, im Notfall 8 Stunden", "10 days, 8 hours in an emergency"),
        ("IE", "US"),
    ),
    Route(
        "R5",
        Words("britische Anordnung nach dem CLOUD-Act-Abkommen", "UK order, CLOUD Act agreement"),
        COURT_GB,
        "CLOUD_EA",
        (_POLICE_GB, _JUDGE_GB, _DESIGNATED_GB, OPERATOR),
        Words("wie angeordnet", "as ordered"),
        ("IE", "US"),
    ),
    Route(
        "R6",
        Words("deutsche Anordnung, direkt zugeschickt", "German order, sent directly"),
        COURT_DE,
        "DE_TKUE",
        (_PROSECUTOR_DE, _JUDGE_DE, OPERATOR),
        Words("sofort", "at once"),
        ("IE", "US"),
    ),
)
