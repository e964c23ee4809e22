"""The servers that docs/howto/run-a-cluster.md has people configure are such as a relay takes."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from certified import Certified
from doorless_server.cluster.nodes import Cluster
from doorless_server.store.nats.checks import ask_servers, check_cluster
from doorless_server.store.nats.connection import Connection
from doorless_server.store.nats.errors import ClusterError
from nats_cluster import PASSWORD, needs_servers

HOWTO = Path(__file__).parents[2] / "docs/howto/run-a-cluster.md"

Change = tuple[str, str]


def written() -> str:
    """The configuration in the how-to."""
    [block] = re.findall(r"```\n(server_name: .*?)```", HOWTO.read_text(), re.DOTALL)
    return str(block)


def put(text: str, *changes: Change) -> str:
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


@contextmanager
def as_written(folder: Path, *changes: Change) -> Iterator[Cluster]:
    """Three servers with that configuration, on loopback."""
    needs_servers()
    authority = Certified.make(folder, "authority", hosts=(), is_authority=True)
    server = Certified.make(folder, "server", hosts=("127.0.0.1",), by=authority)
    cluster = Cluster(folder, size=3, password=PASSWORD)
    for node in cluster.nodes:
        text = put(
            written(),
            ("server_name: nats-1", f"server_name: {node.name}"),
            ("0.0.0.0:4222", f"127.0.0.1:{node.ports.clients}"),
            ("0.0.0.0:6222", f"127.0.0.1:{node.ports.routes}"),
            ("/var/lib/nats", str(node.folder)),
            ("/etc/nats/server.pem", str(server.certificate)),
            ("/etc/nats/server.key", str(server.key)),
            ("/etc/nats/authority.pem", str(authority.certificate)),
            ("CHANGE-THIS", PASSWORD),
            *(
                (f"nats-{number}.internal:6222", f"127.0.0.1:{other.ports.routes}")
                for number, other in enumerate(cluster.nodes, 1)
            ),
            *changes,
        )
        health = f'http: "127.0.0.1:{node.ports.health}"\n'
        (node.folder / "nats.conf").write_text(health + text)
    with cluster:
        cluster.await_ready()
        yield cluster


async def test_the_configuration_of_the_howto_is_one_that_a_relay_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    with as_written(tmp_path) as cluster:
        connection = await Connection.open([url.replace("nats:", "tls:") for url in cluster.urls])
        try:
            await check_cluster(connection, 3)
            assert len(await ask_servers(connection, 3)) == 3
        finally:
            await connection.close()


async def test_without_what_it_calls_important_a_relay_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    with as_written(tmp_path, ("  sync_interval: always\n", "")) as cluster:
        connection = await Connection.open([url.replace("nats:", "tls:") for url in cluster.urls])
        try:
            with pytest.raises(ClusterError, match="sync_interval: always"):
                await check_cluster(connection, 3)
        finally:
            await connection.close()


def test_the_demonstration_configures_its_servers_in_the_same_way(tmp_path: Path) -> None:
    """But for addresses, TLS, and the password."""
    cluster = Cluster(tmp_path, size=3, password="CHANGE-THIS")
    ours = (cluster.nodes[0].folder / "nats.conf").read_text()
    cluster.close()
    accounts = written()[written().index("accounts {") :]
    assert accounts.strip() in ours
    assert "sync_interval: always" in ours
