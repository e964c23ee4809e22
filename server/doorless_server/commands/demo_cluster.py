"""`doorless-relay demo-cluster`: a whole cluster on this computer, to try it and to break it."""

import argparse
import asyncio
import signal
import socket
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from time import monotonic

from doorless_server.cluster.front import Front
from doorless_server.cluster.nodes import Cluster, ClusterError, Node
from doorless_server.cluster.relays import RelayNode, RelayNodes
from doorless_server.commands.base import CommandError, Sources

HELP = "three NATS servers and two relays on this computer, until Ctrl-C"

SERVERS, RELAYS = 3, 2

DOWN_SECONDS = 15.0
"""What was killed stays dead for so long: longer than the others need to go on without it."""

LOOK_SECONDS = 0.5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="a new folder that is kept; default: one that is gone with Ctrl-C",
    )


def run(chosen: argparse.Namespace, sources: Sources) -> None:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        with ExitStack() as leaving:
            folder = _folder(chosen.data, leaving)
            bound = leaving.enter_context(socket.create_server(("127.0.0.1", 0)))
            address = f"127.0.0.1:{bound.getsockname()[1]}"
            password = sources.random(16).hex()
            print("starting three NATS servers and two relays ...", flush=True)
            cluster = leaving.enter_context(Cluster(folder, size=SERVERS, password=password))
            cluster.await_ready()
            relays = leaving.enter_context(RelayNodes(folder, cluster, size=RELAYS, name=address))
            print(told(address, folder, relays.nodes, cluster.nodes), flush=True)
            asyncio.run(_serve(bound, relays.nodes, cluster.nodes))
    except ClusterError as error:
        raise CommandError(str(error)) from None
    except KeyboardInterrupt:
        print("stopped")


def told(address: str, folder: Path, relays: Sequence[RelayNode], servers: Sequence[Node]) -> str:
    """What a person sees who started it."""
    rows = [f"  {node.name:<9} process {node.pid:<9} {node.url}" for node in relays]
    rows += [f"  {node.name:<9} process {node.pid}" for node in servers]
    return f"""
One relay, {address}, of two nodes over three servers that keep everything three times:

{chr(10).join(rows)}

Talk over it:
  doorless --profile ./alice register --relay {address} --handle alice
  doorless --profile ./bob register --relay {address} --handle bob
  doorless --profile ./alice

Break it, while you talk:
  kill -9 PROCESS     any one of the five. The others go on: at once without a relay, in 10
                      seconds without a server. It is started again in {DOWN_SECONDS:.0f} seconds.

What they say is in {folder}. Ctrl-C stops all of them.
"""


def _folder(wanted: Path | None, leaving: ExitStack) -> Path:
    if wanted is None:
        return Path(leaving.enter_context(tempfile.TemporaryDirectory(prefix="doorless-cluster-")))
    try:
        wanted.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise CommandError(f"{wanted} is to be a new folder: {error.strerror}") from None
    return wanted


async def _serve(
    bound: socket.socket, relays: Sequence[RelayNode], servers: Sequence[Node]
) -> None:
    """Until Ctrl-C. Who was killed is started again."""
    await Front([node.port for node in relays]).serve(bound)
    died: dict[str, float] = {}
    nodes: list[RelayNode | Node] = [*relays, *servers]
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        for node in nodes:
            if node.is_running:
                continue
            if node.name not in died:
                died[node.name] = monotonic()
                print(f"{node.name} is dead", flush=True)
            elif monotonic() - died[node.name] > DOWN_SECONDS:
                del died[node.name]
                node.start()
                print(f"{node.name} is started again, process {node.pid}", flush=True)
