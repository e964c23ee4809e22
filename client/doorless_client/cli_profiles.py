"""profiles: which there are on this computer."""

import argparse

from doorless_client.cli_context import Now, Random
from doorless_client.cli_output import columns, json_line, line
from doorless_client.profiles import listed
from doorless_client.text import safe_line


def profiles(chosen: argparse.Namespace, _now: Now, _random: Random) -> int:
    held = listed()
    if chosen.json:
        for one in held:
            where = safe_line(str(one.directory), at_most=4096)
            json_line(
                {
                    "name": one.name,
                    "directory": where,
                    "open": one.is_open,
                    "default": one.is_default,
                }
            )
        return 0
    for row in columns([(one.name, _facts(one.is_open, one.is_default)) for one in held]):
        line(row)
    if not held:
        line("none yet; make one with: doorless register")
    return 0


def _facts(is_open: bool, is_default: bool) -> str:
    words = ["open"] if is_open else []
    return ", ".join([*words, "used when none is named"] if is_default else words)
