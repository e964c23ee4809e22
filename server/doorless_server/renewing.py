"""While a certificate is shown: new files are taken when they change, or at SIGHUP.

Spec: docs/spec/07-relay.md §1.4.
"""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from doorless_server import events
from doorless_server.tls import CertificateError, Certificates

LOOK_SECONDS = 10.0
"""Between two looks at the files, whose cost is microseconds."""


@asynccontextmanager
async def renewed(
    certificates: Certificates | None, *, every: float = LOOK_SECONDS
) -> AsyncIterator[None]:
    """Without certificates, nothing is watched and no signal taken."""
    if certificates is None:
        yield
        return
    loop = asyncio.get_running_loop()
    watching = loop.create_task(_watch(certificates, every))
    loop.add_signal_handler(signal.SIGHUP, renew, certificates)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


def renew(certificates: Certificates) -> None:
    """A broken pair is told once each time that a file changes; what was sound is shown on."""
    try:
        certificates.renew()
    except CertificateError as error:
        events.say(events.CERTIFICATE_REFUSED, fault=error.fault)
    else:
        events.say(events.CERTIFICATE_RENEWED)


async def _watch(certificates: Certificates, every: float) -> None:
    while True:
        await asyncio.sleep(every)
        if certificates.changed():
            renew(certificates)
