"""`doorless-relay serve --store`: which arguments go together, and what is said else."""

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

from doorless_server.commands import keeping, serve
from doorless_server.commands.base import USAGE, CommandError
from doorless_server.store.nats.connection import Connection
from doorless_server.store.nats.errors import ClusterError
from doorless_server.tls import CertificateError


def parsed(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(exit_on_error=False)
    serve.add_arguments(parser)
    return parser.parse_args(["--data", "somewhere", *arguments])


def test_a_folder_is_the_default() -> None:
    chosen = parsed()
    keeping.check(chosen)
    assert chosen.store == keeping.SQLITE


def test_servers_are_named_one_by_one() -> None:
    chosen = parsed("--store", "nats", "--nats", "nats://a:4222, tls://b:4222")
    keeping.check(chosen)
    assert chosen.nats == ("nats://a:4222", "tls://b:4222")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--store", "nats"),
        ("--nats", "nats://a"),
        ("--nats-login", "file"),
        ("--store", "sqlite", "--nats", "nats://a"),
    ],
)
def test_what_does_not_go_together_is_refused(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError) as refused:
        keeping.check(parsed(*arguments))
    assert refused.value.code == USAGE


@pytest.mark.parametrize("url", ["a:4222", "http://a", "nats://a,,nats://b", ""])
def test_what_is_no_server_is_refused(url: str) -> None:
    with pytest.raises(argparse.ArgumentError):
        parsed("--store", "nats", "--nats", url)


def test_a_login_is_one_private_line(tmp_path: Path) -> None:
    login = tmp_path / "login"
    login.write_text("relay:pass:word\n")
    login.chmod(0o600)
    assert keeping.login_in(login) == ("relay", "pass:word")
    login.chmod(0o644)
    with pytest.raises(CertificateError, match="private"):
        keeping.login_in(login)


@pytest.mark.parametrize("text", ["", "relay", "relay:", ":word", "relay:one\ntwo:three"])
def test_anything_else_in_a_login_is_refused(text: str, tmp_path: Path) -> None:
    login = tmp_path / "login"
    login.write_text(text)
    login.chmod(0o600)
    with pytest.raises(CommandError, match="user:password"):
        keeping.login_in(login)


async def test_without_its_client_a_cluster_is_refused_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "nats", None)
    with pytest.raises(ClusterError, match=r"pip install 'doorless\[cluster\]'"):
        await Connection.open(["nats://127.0.0.1:1"])


def test_a_relay_in_a_folder_loads_nothing_of_a_cluster() -> None:
    shown = "import sys, doorless_server.__main__; print('nats' in sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-P", "-c", shown], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "False\n"
