"""python -m doorless_lab.relay --control DIR --data DIR …: the real relay, for scenarios.

It is `doorless-relay serve` with all its arguments. The lab chooses its clock, and may compel
its operator (staging/compelled.py); the product has a switch for neither. Loopback only.
"""

import argparse
import os
import secrets
import sys
from pathlib import Path

from doorless_lab.staging.clock import LabClock
from doorless_lab.staging.compelled import listener_of
from doorless_lab.staging.control import Control
from doorless_server import listener
from doorless_server.commands import network, serve
from doorless_server.commands.base import USAGE, CommandError, Sources


def main(arguments: list[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    os.umask(0o077)
    try:
        _run(chosen)
    except CommandError as error:
        print(f"doorless-lab relay: {error}", file=sys.stderr)
        return error.code
    return 0


def _run(chosen: argparse.Namespace) -> None:
    if not network.address(chosen.listen)[0].startswith("127."):
        raise CommandError("a relay of the lab listens on 127.0.0.1 alone", USAGE)
    control = Control(chosen.control)
    clock = LabClock(control.clock)
    listener.Listener = listener_of(control, clock)  # type: ignore[misc]
    serve.run(chosen, Sources(lambda: int(clock.now()), secrets.token_bytes, clock.elapsed))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m doorless_lab.relay", description=__doc__)
    parser.add_argument("--control", type=Path, required=True, metavar="DIR")
    serve.add_arguments(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
