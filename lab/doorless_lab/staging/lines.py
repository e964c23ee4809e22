"""Lines of a view, and what several scenarios show in the same words."""

from collections.abc import Iterable

from doorless_client.core.log_views import Alarm
from doorless_lab.sayings import as_spoken
from doorless_lab.scenario import Evidence, Line, Tone
from doorless_lab.telling import dotted
from doorless_lab.words import Words
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.verdict import verify

KTEV = "application/vnd.doorless.evidence"


def plain(de: str, en: str) -> Line:
    return Line(Words(de, en))


def said(text: str) -> Line:
    """What a person wrote or reads, as it stands on the screen."""
    return Line(as_spoken(text), Tone.SAID)


def all_said(texts: Iterable[str]) -> tuple[Line, ...]:
    return tuple(map(said, texts))


def sealed(data: bytes, shown: int = 24) -> Line:
    """The first bytes of a ciphertext, and how long it is."""
    begin = data[:shown].hex(" ", 2)
    return Line(
        Words(f"{begin} … {dotted(len(data))} Byte", f"{begin} … {len(data):,} bytes"), Tone.SEALED
    )


def held(de: str, en: str) -> Line:
    return Line(Words(de, en), Tone.HELD)


def missing(de: str, en: str) -> Line:
    return Line(Words(de, en), Tone.MISSING)


def alarm(de: str, en: str) -> Line:
    return Line(Words(de, en), Tone.ALARM)


_GERMAN = {
    "E1": "Der Server hat zwei Geschichten unterschrieben",
    "E2": "Der Server hat zwei Geschichten unterschrieben",
    "E3": "Der Server hat zwei Geschichten unterschrieben",
    "E4": "Der Server hat zurückgenommen, was er gesagt hatte",
    "E7": "Fremde Schlüssel stehen unter Ihrem Namen",
    "ghost": "Einem Kontakt wurden in Ihrem Namen andere Schlüssel gezeigt",
    "split": "Ihnen und einem Kontakt werden verschiedene Verzeichnisse gezeigt",
}


def raised(alarms: Iterable[Alarm]) -> tuple[Line, ...]:
    """What a person's screen shouts; it speaks English, and the class may not."""
    shown = tuple(alarm(_GERMAN.get(one.kind, one.title), one.title) for one in alarms)
    return shown or (missing("Kein Alarm.", "No alarm."),)


def new_device() -> Line:
    """The line that a contact's chat shows."""
    return alarm("Zeile im Chat: Bob hat ein neues Gerät", "line in the chat: bob added a device")


def refused(de: str, en: str) -> Line:
    return Line(Words(de, en), Tone.REFUSED)


def proof(name: str, caption: Words, bundle: bytes, kind: str, config: LogConfig) -> Evidence:
    """A portable proof against a key log, opened and checked as its readers will.

    Raises:
        DoorlessError: it proves nothing to who pinned this log.
    """
    pin = config.hash.hex()
    proven = verify(bundle, {pin})
    return Evidence(
        name,
        caption,
        {"kind": proven.kind.value, "alarm": kind, "proven": True, "bytes": len(bundle)},
        bundle,
        KTEV,
        f"doorless-verify {name}.bin --pin {pin}",
    )
