"""settings, doctor, relay, log, notices, keep: what is to be seen to now and then."""

from pathlib import Path

from doorless_client.cli_parsers.common import Adder, add_json, count


def add_commands(command: Adder) -> None:
    settings = command("settings", "show what was chosen, or change one setting")
    settings.add_argument("name", nargs="?", metavar="NAME", help="this one alone")
    settings.add_argument("value", nargs="?", metavar="VALUE", help="what it is to be from now on")
    add_json(settings)
    command("doctor", "check this installation, the profile and the relay")
    _add_relay(command)
    _add_log(command)
    told = command("notices", "what your relay told of demands for your data, and its canary")
    add_json(told)
    command("keep", "go on with this copy of the profile, where there are several")


def _add_relay(command: Adder) -> None:
    relay = command("relay", "the keys that relays are known by, or another key for one of them")
    relay.add_argument(
        "address",
        nargs="?",
        metavar="RELAY[#KEY]",
        help="take this key for the relay from now on; without a key, authorities vouch for it",
    )
    relay.add_argument("--yes", action="store_true", help="do not ask")
    add_json(relay)


def _add_log(command: Adder) -> None:
    log = command("log", "what was checked of the relay's key log, and what it was caught at")
    log.add_argument(
        "what",
        choices=("status", "check", "evidence"),
        metavar="status|check|evidence",
        help="what is known; look now; what it was caught at",
    )
    log.add_argument(
        "number",
        nargs="?",
        type=count,
        default=0,
        metavar="ALARM",
        help="of evidence: this alarm alone",
    )
    log.add_argument(
        "--export", type=Path, metavar="FILE", help="of evidence: write the proof of an alarm"
    )
    add_json(log)
