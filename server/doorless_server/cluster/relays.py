"""Relay nodes as processes of ours, over one cluster: started, killed, and started again."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from doorless_server.cluster.nodes import STOP_SECONDS, Cluster, ClusterError
from doorless_server.cluster.ports import HeldPorts

PROGRAM = (sys.executable, "-P", "-m", "doorless_server")
"""Without the folder that somebody stands in, which may hold modules of others."""

SHARED = ("keys", "log.config")
"""What a node has in its folder that is the same in those of all nodes."""


@dataclass
class RelayNode:
    """One relay. Its folder and its port outlive its process.

    Attributes:
        relay: the name of what all nodes are together.
        ready: what it said when it was ready.
    """

    folder: Path
    relay: str
    port: int
    cluster: Cluster
    program: Sequence[str] = PROGRAM
    ready: dict[str, Any] = field(default_factory=dict)
    _process: subprocess.Popen[str] | None = None

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Of a relay that was started."""
        if self._process is None:
            raise ValueError(f"{self.name} was not started")
        return self._process.pid

    @property
    def log(self) -> Path:
        return self.folder.with_suffix(".log")

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Begin to begin: `await_ready` waits until it serves."""
        self._drop()
        servers = [server.address for server in self.cluster.nodes]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - no shell, nothing of anybody else
                [
                    *(*self.program, "serve", "--data", str(self.folder), "--name", self.relay),
                    *("--listen", f"127.0.0.1:{self.port}", "--json"),
                    *("--store", "nats", "--nats", ",".join(servers)),
                    *("--nats-login", str(self.cluster.login)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                process_group=0,
            )

    def await_ready(self) -> None:
        """
        Raises:
            ClusterError: it ended instead.
        """
        line = self._process.stdout.readline() if self._process and self._process.stdout else ""
        if not line:
            raise ClusterError(f"{self.name} ended: {self.log} says why")
        self.ready = json.loads(line)

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
        self._drop()

    def stop(self) -> None:
        """As its operator would."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.communicate(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()

    def _drop(self) -> None:
        """Let go of a process that ended, and of its pipe."""
        if self._process is not None:
            self._process.communicate()
            self._process = None


class RelayNodes:
    """`size` relays over these servers, each in a folder of its own below `folder`."""

    def __init__(
        self,
        folder: Path,
        cluster: Cluster,
        *,
        size: int = 2,
        name: str = "relay.test",
        program: Sequence[str] = PROGRAM,
    ) -> None:
        self._held = HeldPorts(size)
        self.nodes = [
            RelayNode(folder / f"relay-{number}", name, port, cluster, program)
            for number, port in enumerate(self._held.numbers, 1)
        ]

    @property
    def urls(self) -> list[str]:
        return [node.url for node in self.nodes]

    def __enter__(self) -> Self:
        """The first draws the keys of the relay; the others get them, as by an operator."""
        try:
            first, *others = self.nodes
            first.folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            first.start()
            first.await_ready()
            for node in others:
                share(first.folder, node.folder)
                node.start()
            for node in others:
                node.await_ready()
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

    def close(self) -> None:
        """As their operator would."""
        for node in self.nodes:
            node.stop()
        self._held.close()


def share(first: Path, other: Path) -> None:
    """Give a new node what makes it one relay with the first."""
    other.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in SHARED:
        if (first / name).is_dir():
            shutil.copytree(first / name, other / name, dirs_exist_ok=True)
        else:
            shutil.copy2(first / name, other / name)
