"""doorless-relay: the commands, and the clock and the randomness that they work with.

doorless-relay serve --data DIR      carry envelopes
doorless-relay inspect --data DIR    show everything that is held
doorless-relay witness --data DIR    cosign the key logs of others
doorless-relay auditor --data DIR NAME   let somebody replay this relay's key log
doorless-relay fingerprint --data DIR   by what clients know a relay that signed for itself
doorless-relay log-key --data DIR    what witnesses of this relay's logs need
doorless-relay backup --data DIR TO  copy everything, while it runs
doorless-relay restore --data DIR FROM   put back what is missing
doorless-relay migrate --data DIR    bring its databases to this version's schema
doorless-relay demand SUBCOMMAND     answer what the law demands
doorless-relay demand-log URL        read a relay's demand log, and hold it to its rules
doorless-relay report --data DIR     what may be published about demands
doorless-relay demo-cluster          several relays over NATS servers, here, to try it
doorless-relay canary sign|show      say what can still be said of demands
doorless-relay doctor --data DIR     what keeps it from serving, and what to do
"""

import argparse
import os
import secrets
import sys
import time
from typing import Final

from doorless_server.commands import (
    auditor,
    backup,
    canary,
    demand,
    demo_cluster,
    doctor,
    fingerprint,
    follow_demands,
    inspect,
    log_key,
    migrate,
    report,
    restore,
    serve,
    witness,
)
from doorless_server.commands.base import Command, CommandError, Sources

COMMANDS: Final[dict[str, Command]] = {
    "serve": serve,
    "inspect": inspect,
    "witness": witness,
    "auditor": auditor,
    "fingerprint": fingerprint,
    "log-key": log_key,
    "backup": backup,
    "restore": restore,
    "migrate": migrate,
    "canary": canary,
    "doctor": doctor,
    "demand": demand,
    "demand-log": follow_demands,
    "report": report,
    "demo-cluster": demo_cluster,
}


def main(arguments: list[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    os.umask(0o077)  # whatever is written from here on is its owner's alone
    try:
        COMMANDS[chosen.command].run(chosen, Sources(_clock, secrets.token_bytes, _elapsed))
    except CommandError as error:
        print(f"doorless-relay: {error}", file=sys.stderr)
        return error.code
    except BrokenPipeError:
        sys.stderr.close()  # whoever read the rows has seen enough
    return 0


def _clock() -> int:
    return int(time.time())


def _elapsed() -> float:
    """It goes on while the computer sleeps, where there is such a clock."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="doorless-relay",
        description="A relay that carries sealed envelopes and can open none of them.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    for name, command in COMMANDS.items():
        command.add_arguments(commands.add_parser(name, help=command.HELP))
    return parser


if __name__ == "__main__":
    sys.exit(main())
