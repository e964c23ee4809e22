"""What a NATS server is told so that a relay may keep envelopes in it.

docs/howto/run-a-cluster.md §2 is the same for people: a server of one's own differs in its
addresses, its TLS and its passwords, and in nothing else.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ACCOUNT, USER = "DOORLESS", "relay"

CLUSTER = "doorless"

ASKED = "doorless.jetstream"
"""The subject on which a relay asks every server whether it syncs what it acknowledges."""

MAX_PAYLOAD = 1024 * 1024
"""Bytes of a message: NATS' own default, of which an envelope takes 68 KiB at most."""


@dataclass(frozen=True, slots=True)
class Ports:
    """On 127.0.0.1: for relays, for the other servers, and for who asks how it is."""

    clients: int
    routes: int
    health: int


def configuration(
    name: str, folder: Path, ports: Ports, routes: Sequence[int], password: str, *, synced: bool
) -> str:
    """The file that `nats-server -c` reads.

    Args:
        routes: the ports at which all servers of the cluster know one another; of one server, none.
        synced: whether each write is on the disk before it is acknowledged. Only a test that
            wants to be refused leaves it out.
    """
    parts = [
        f"server_name: {name}",
        f'listen: "127.0.0.1:{ports.clients}"',
        f'http: "127.0.0.1:{ports.health}"',
        f"max_payload: {MAX_PAYLOAD}",
        "jetstream {",
        f"  store_dir: {json.dumps(str(folder))}",
        *(["  sync_interval: always"] if synced else []),
        "}",
        _ACCOUNTS.replace("PASSWORD", json.dumps(password)),
    ]
    if routes:
        known = ", ".join(f'"nats://127.0.0.1:{port}"' for port in routes)
        listen = f'listen: "127.0.0.1:{ports.routes}"'
        lines = (f"name: {CLUSTER}", listen, f"routes: [ {known} ]", "no_advertise: true")
        parts.append("\n  ".join(("cluster {", *lines)) + "\n}")
    return "\n".join(parts) + "\n"


_ACCOUNTS = f"""\
accounts {{
  SYS {{
    exports: [
      {{ service: "$SYS.REQ.SERVER.PING.JSZ", response: stream, accounts: [ {ACCOUNT} ] }}
    ]
  }}
  {ACCOUNT} {{
    jetstream: enabled
    users: [ {{ user: {USER}, password: PASSWORD }} ]
    imports: [
      {{
        service: {{ account: SYS, subject: "$SYS.REQ.SERVER.PING.JSZ" }}
        to: "{ASKED}"
      }}
    ]
  }}
}}
system_account: SYS"""
