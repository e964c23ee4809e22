"""`doorless-relay serve --store`: which arguments go together, and what is said else."""

import argparse
from pathlib import Path

import pytest

from doorless_server.commands import keeping, serve
from doorless_server.commands.base import USAGE, CommandError
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
