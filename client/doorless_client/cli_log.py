"""log: what was checked of the key log, a look at it now, and what it was caught at."""

import argparse
from shlex import quote
from typing import Any

from doorless_client import evidence_file
from doorless_client.cli_context import Now, Random, messenger, run
from doorless_client.cli_outcome import DONE, LOG, UNREACHABLE, UsageError, complain
from doorless_client.cli_output import json_line, line, rfc3339
from doorless_client.cli_waiting import Watch
from doorless_client.core.api import Engine, UnreachableError
from doorless_client.core.log_views import Alarm, LogStatus, Witnesses
from doorless_client.log_facts import what_was_checked

LABEL = 15
"""Cells of the column of labels."""


def log(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    """Exits with LOG while there is proof that the relay was dishonest."""
    if chosen.what != "evidence" and (chosen.number or chosen.export):
        raise UsageError("a number and --export go with: doorless log evidence")

    async def work() -> int:
        async with messenger(chosen, now, random) as opened:
            engine: Engine = opened.messenger
            if chosen.what == "check":
                watch = Watch(opened.messenger)
                await opened.messenger.start()
                arrived = await watch.arrived()
                watch.check_listed()
                if not arrived:
                    complain("the relay cannot be reached; nothing was checked")
                    return UNREACHABLE
                await _check(engine)
            if chosen.what == "evidence":
                _show_evidence(chosen, engine)
            else:
                _show_status(chosen, engine.log_status())
            return code(engine)

    return run(work())


async def _check(engine: Engine) -> None:
    try:
        await engine.check_log()
    except UnreachableError:
        raise
    except Exception:
        if not engine.log_status().proven:
            raise  # else what it found says more than that it could not go on


def code(engine: Engine) -> int:
    return LOG if engine.log_status().proven else DONE


def _show_status(chosen: argparse.Namespace, status: LogStatus) -> None:
    if chosen.json:
        json_line(status_json(status))
        return
    for label, value in what_was_checked(status, rfc3339):
        line(f"{label:<{LABEL}}{value}")


def status_json(status: LogStatus) -> dict[str, Any]:
    """The fields of docs/reference/cli.md §5."""
    return {
        "relay": status.relay,
        "config": status.config.hex(),
        "size": status.size,
        "anchor": status.anchor,
        "checked": rfc3339(status.checked) if status.checked else None,
        "own": status.own,
        "awaited": status.awaited,
        "pending": status.pending,
        "frozen": status.frozen,
        "alarms": status.alarms,
        "proven": status.proven,
        **witnesses_json(status.witnesses),
    }


def witnesses_json(seen: Witnesses) -> dict[str, Any]:
    """The fields of docs/reference/cli.md §5."""
    return {
        "policy": seen.policy,
        "witnesses": seen.known,
        "cosigned": seen.cosigned,
        "quorum": seen.has_quorum if seen.required else None,
        "witnessed": rfc3339(seen.seen_at) if seen.required and seen.seen_at else None,
    }


def alarm_json(alarm: Alarm) -> dict[str, Any]:
    """The fields of docs/reference/cli.md §5."""
    return {
        "number": alarm.number,
        "kind": alarm.kind,
        "at": rfc3339(alarm.at),
        "relay": alarm.relay,
        "title": alarm.title,
        "happened": alarm.happened,
        "affected": alarm.affected,
        "todo": alarm.todo,
        "evidence": alarm.evidence,
    }


def _show_evidence(chosen: argparse.Namespace, engine: Engine) -> None:
    alarms = engine.alarms()
    if chosen.number:
        alarms = [alarm for alarm in alarms if alarm.number == chosen.number]
        if not alarms:
            raise UsageError(f"there is no alarm {chosen.number}; see: doorless log evidence")
    if chosen.export:
        _export(chosen, engine, [alarm for alarm in alarms if alarm.evidence])
        return
    for alarm in alarms:
        if chosen.json:
            json_line(alarm_json(alarm))
        else:
            _show_alarm(alarm)
    if not alarms and not chosen.json:
        line("the key log was caught at nothing")


def _export(chosen: argparse.Namespace, engine: Engine, alarms: list[Alarm]) -> None:
    if not alarms:
        raise UsageError("there is no evidence to export")
    newest = alarms[0]
    evidence_file.write(chosen.export, engine.evidence(newest.number))
    line(f"alarm {newest.number} ({newest.kind}) written to {chosen.export}")
    line(f"anybody can check it: doorless-verify {quote(str(chosen.export))} --pin KEY")


def _show_alarm(alarm: Alarm) -> None:
    proof = f"{alarm.evidence} bytes of proof" if alarm.evidence else "no proof for others"
    line(f"alarm {alarm.number}  {rfc3339(alarm.at)}  {alarm.kind}  {alarm.title}")
    line(f"    what happened    {alarm.happened}")
    line(f"    who is affected  {alarm.affected}")
    line(f"    what to do       {alarm.todo}")
    line(f"    {proof}")
