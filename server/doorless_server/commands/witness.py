"""`doorless-relay witness`: cosign the key logs of others."""

import argparse
import sqlite3

from doorless_protocol.errors import WeakRandomError
from doorless_protocol.randomness import check_random
from doorless_server import datadir, tls
from doorless_server.commands import network
from doorless_server.commands.base import PROVEN, USAGE, CommandError, Sources, drawing
from doorless_server.logs import log_to_stderr
from doorless_server.store.schema import NewerSchemaError
from doorless_server.witness import command as witnessing
from doorless_server.witness import convicted
from doorless_server.witness.settings import Settings, SettingsError, check_role

HELP = "cosign the key logs of others"

add_arguments = witnessing.add_arguments


def run(chosen: argparse.Namespace, sources: Sources) -> None:
    log_to_stderr()
    try:
        settings = witnessing.read_settings(chosen)
        if chosen.action == "key":
            check_role(chosen.data, settings)
            with drawing(chosen.data, settings.key):
                witnessing.print_keys(chosen.data, settings, sources.random)
        elif chosen.action == "evidence":
            kept, to = chosen.data / settings.database, chosen.export
            if convicted.print_evidence(kept, chosen.config, to, whole=chosen.json):
                raise CommandError("a log is convicted: what it did is above", PROVEN)
        else:
            _serve(chosen, settings, sources)
    except SettingsError as error:
        raise CommandError(str(error), USAGE) from None
    except (datadir.DataError, tls.CertificateError, NewerSchemaError, WeakRandomError) as error:
        raise CommandError(str(error)) from None
    except sqlite3.Error as error:
        raise CommandError(f"cannot use {chosen.data / settings.database}: {error}") from None
    except OSError as error:
        raise CommandError(f"cannot listen on {settings.listen}: {error.strerror}") from None


def _serve(chosen: argparse.Namespace, settings: Settings, sources: Sources) -> None:
    address = network.address(settings.listen)
    network.check_tls(chosen, address[0])
    check_random(sources.random)
    certificates = network.certificates_of(chosen)
    clock, random = sources.clock, sources.random
    with datadir.locked(chosen.data), network.event_loop() as runner:
        runner.run(
            witnessing.serve(
                chosen.data, settings, address, certificates, clock=clock, random=random
            )
        )
