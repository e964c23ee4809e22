"""doorless-verify FILE --pin KEY…: whether evidence convicts a key log, or a demand log.

It opens no connection, reads no profile and trusts no clock. What convicts is said in
doorless_protocol/log/verdict.py and doorless_protocol/demand_log/evidence.py, which are short
enough to be read aloud.
"""

import base64
import json
import re
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from doorless_protocol.demand_log import evidence as demands
from doorless_protocol.errors import DoorlessError
from doorless_protocol.log.evidence import MAX_EVIDENCE
from doorless_protocol.log.verdict import Proven, verify

PROVEN, NOT_PROVEN, USAGE = 0, 1, 2

_AS_IN_A_LINK = re.compile(r"[A-Za-z0-9_-]{43}")


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    try:
        with Path(asked.file).open("rb") as file:
            data = file.read(MAX_EVIDENCE + 1)
    except OSError as failed:
        return _say(asked, USAGE, f"cannot read {asked.file!r}: {failed.strerror}")
    pins = frozenset(map(_pin, asked.pin))
    try:
        if data.startswith(demands.MAGIC):
            return _tell_of_demands(asked, *demands.verify(data, pins))
        return _tell(asked, verify(data, pins))
    except DoorlessError as refused:
        return _say(asked, NOT_PROVEN, f"not proven: {refused}")


def _tell_of_demands(asked: Namespace, found: demands.DemandEvidence, what: str) -> int:
    """What a demand log's own signatures show: that it lied, or a demand that it laid open."""
    verdict = "proven" if found.kind.convicts else "shown"
    rules = found.rules.hash.hex()
    if asked.json:
        fields = {"verdict": verdict, "kind": found.kind.value, "log": found.rules.origin}
        print(json.dumps({**fields, "config": rules, "what": what}))
        return PROVEN
    against = "against" if found.kind.convicts else "by"
    print(f"{verdict}: {found.kind.value} {against} the demand log {found.rules.origin!r}")
    print(f"  {what}")
    print(f"  rules {rules}")
    return PROVEN


def _tell(asked: Namespace, found: Proven) -> int:
    """What was found, on stdout: a line of JSON, or four for people."""
    verdict = "challenge" if found.is_challenge else "proven"
    config = found.config_hash.hex()
    if asked.json:
        fields = {"verdict": verdict, "kind": found.kind.value, "log": found.origin}
        print(json.dumps({**fields, "config": config, "what": found.what}))
    else:
        print(f"{verdict}: {found.kind.value} against the key log {found.origin!r}")
        print(f"  {found.what}")
        print(f"  configuration {config}")
        if found.is_challenge:
            print("  No proof: the log can still answer. Ask it, and publish its silence.")
    return NOT_PROVEN if found.is_challenge else PROVEN


def _pin(said: str) -> str:
    """A pin as `verify` takes it; a hash also in groups of digits, or as a link writes it."""
    if _AS_IN_A_LINK.fullmatch(said):
        return base64.urlsafe_b64decode(said + "=").hex()
    return "".join(said.split())


def _say(asked: Namespace, code: int, why: str) -> int:
    if asked.json:
        print(json.dumps({"verdict": "none", "what": why}))
    print(f"doorless-verify: {why}", file=sys.stderr)
    return code


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="doorless-verify",
        description="Check evidence against a key log or a demand log, or a demand that was laid"
        " open, with pinned keys alone. Exit code 0: proven. 1: not proven. 2: wrong use.",
    )
    parser.add_argument("file", metavar="FILE", help="the bundle, as `doorless log evidence` saves")
    parser.add_argument(
        "--pin",
        metavar="KEY",
        nargs="+",
        action="extend",
        required=True,
        help="the log's verifier keys, both of them; or the hash of its configuration, as"
        " `doorless log status` shows it or as an invite link carries it",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    return parser


if __name__ == "__main__":
    sys.exit(main())
