"""`doorless-relay serve`: carry envelopes until SIGTERM or Ctrl-C."""

import argparse
import asyncio
import gc
import json
import logging
import sqlite3
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from time import monotonic

from doorless_protocol.errors import WeakRandomError
from doorless_protocol.randomness import check_random
from doorless_server import datadir, events, large_blocks, listener, logs, renewing, self_signed
from doorless_server.commands import demand_log, keeping, monitoring, network
from doorless_server.commands.base import USAGE, CommandError, Sources, name_of, whole
from doorless_server.commands.stopping import Stop
from doorless_server.demands.notice_desk import NoticeDesk
from doorless_server.directory import opening
from doorless_server.relay import Identity, Relay
from doorless_server.store.base import UnavailableError
from doorless_server.store.nats.errors import ClusterError
from doorless_server.store.schema import NewerSchemaError
from doorless_server.tls import CertificateError, Certificates

HELP = "carry envelopes until SIGTERM or Ctrl-C"

DEFAULT_LISTEN = "127.0.0.1:8443"

SWITCH_INTERVAL = 0.0005
"""Seconds after which the loop and the writer take turns; the default of 5 ms is a tenth of
the latency that we promise."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="what it keeps")
    parser.add_argument(
        "--listen",
        default=DEFAULT_LISTEN,
        metavar="HOST:PORT",
        help=f"default {DEFAULT_LISTEN}; port 0 picks one; beyond loopback only with TLS",
    )
    keeping.add_arguments(parser)
    parser.add_argument("--name", metavar="NAME", type=name_of, help="default: the bound address")
    network.add_tls(parser)
    parser.add_argument(
        "--self-signed",
        action="store_true",
        help="make a certificate and keep it: for a LAN, or at home; people type its fingerprint",
    )
    parser.add_argument(
        "--epoch",
        type=whole(1, 60, "seconds"),
        metavar="SECONDS",
        help="between two epochs of a busy key log; default 10; only when the log is begun",
    )
    parser.add_argument(
        "--anchor",
        type=whole(60, 86_400, "seconds"),
        metavar="SECONDS",
        help="between two anchors of the key log; default a day; only when the log is begun",
    )
    demand_log.add_arguments(parser)
    monitoring.add_arguments(parser)
    parser.add_argument("--debug", action="store_true", help="log also what is of no concern")
    parser.add_argument("--json", action="store_true", help="the ready line is JSON in any case")


def run(chosen: argparse.Namespace, sources: Sources) -> None:
    host, port = network.address(chosen.listen)
    _check_tls(chosen, host)
    monitoring.address(chosen)
    keeping.check(chosen)
    logs.log_to_stderr(logging.DEBUG if chosen.debug else logging.INFO)
    logs.silence_others()
    sys.setswitchinterval(SWITCH_INTERVAL)
    large_blocks.map_apart()
    try:
        check_random(sources.random)
        with datadir.locked(chosen.data), network.event_loop() as runner:
            runner.run(_serve(chosen, host, port, sources))
    except (
        *(*opening.REFUSALS, CertificateError, ClusterError),
        *(NewerSchemaError, UnavailableError, WeakRandomError),
    ) as error:
        raise CommandError(str(error)) from None
    except sqlite3.Error as error:
        raise CommandError(f"cannot use {chosen.data / datadir.DATABASE}: {error}") from None
    except OSError as error:
        raise CommandError(f"cannot listen on {chosen.listen}: {error.strerror}") from None


async def _serve(chosen: argparse.Namespace, host: str, port: int, sources: Sources) -> None:
    asyncio.get_running_loop().set_exception_handler(logs.loop_failed)
    stop = Stop()
    clock, random, elapsed = sources.clock, sources.random, sources.elapsed
    async with AsyncExitStack() as leaving:
        kept = await keeping.opened(chosen, sources, stop, leaving)
        bound = leaving.enter_context(listener.bind(host, port))
        name = chosen.name or listener.address_of(bound)
        certificates = _certificates(chosen, name, sources)
        directory = await kept.open_log(name)
        notices = NoticeDesk(chosen.data)
        leaving.callback(notices.close)
        demands = await demand_log.opened(chosen, name, sources, stop, leaving)
        relay = Relay(
            kept.store,
            Identity(name),
            random=random,
            directory=directory,
            blobs=kept.blobs,
            elapsed=elapsed,
            notices=notices,
            demands=None if demands is None else demands.page,
        )
        keys = " ".join(key.encode() for key in directory.config.vkeys)
        server = await listener.serve_on(relay, bound, clock=clock, certificates=certificates)
        if kept.others is not None:
            server.join(kept.others)
        ready = {"event": "ready", "url": server.url, "relay": name, "log_key": keys}
        if certificates is not None and chosen.self_signed:
            ready["address"] = f"{name}#{certificates.context.fingerprint}"
        if demands is not None:
            ready["demand_log"] = demands.rules.hash.hex()
        if (where := monitoring.address(chosen)) is not None:
            url = await monitoring.serve(
                *(where, chosen.data, server, directory, kept.writers, leaving)
            )
            ready["metrics"] = url
        # What is here for good: the collector would else look through a million receipts (50 ms).
        gc.freeze()
        print(json.dumps(ready, separators=(",", ":")), flush=True)
        events.say(events.SERVING, tls=certificates is not None, metrics=where is not None)
        async with renewing.renewed(certificates):
            failure = await stop.asked()
        events.say(events.DRAINING, connections=sum(server.connected_as().values()))
        since = monotonic()
        await server.close()
        took = int((monotonic() - since) * 1000)
        events.say(events.STOPPED, failed=failure is not None, ms=took)
    if failure is not None:
        raise CommandError(f"nothing more was accepted, it cannot go on: {failure}")


def _check_tls(chosen: argparse.Namespace, host: str) -> None:
    if chosen.self_signed and chosen.tls_cert is not None:
        raise CommandError("--self-signed makes its own: leave --tls-cert and --tls-key out", USAGE)
    if chosen.self_signed:
        network.check_files(chosen)
    else:
        network.check_tls(chosen, host)
    if chosen.name is None and network.is_everywhere(host):
        raise CommandError(f"nobody reaches a relay at {host}: give its --name", USAGE)


def _certificates(chosen: argparse.Namespace, name: str, sources: Sources) -> Certificates | None:
    """Raises CertificateError, DataError."""
    if not chosen.self_signed:
        return network.certificates_of(chosen)
    return Certificates(*self_signed.keep(chosen.data, name, sources.clock(), sources.random))
