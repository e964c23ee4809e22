"""send, receive, history: what is said."""

from doorless_client.cli_parsers.common import Adder, add_json, count, seconds


def add_commands(command: Adder) -> None:
    send = command("send", "send a text, and wait until the relay has it")
    send.add_argument("to", metavar="TO")
    send.add_argument("text", metavar="TEXT", nargs="?", help="the text, or - for standard input")
    send.add_argument(
        "--file",
        nargs="+",  # argparse gives a TEXT that stands behind an option to the option
        metavar=("PATH", "TEXT"),
        help="send this file, with or without a text",
    )
    send.add_argument(
        "--reply", metavar="ID", help="to this message: 4 or more digits of its id, or: last"
    )
    receive = command("receive", "print what arrived and was not seen yet")
    receive.add_argument(
        "--wait", type=seconds, metavar="SECONDS", default=0.0, help="for something to arrive"
    )
    receive.add_argument("--follow", action="store_true", help="go on until interrupted")
    add_json(receive)
    history = command("history", "print a conversation, oldest first")
    history.add_argument("contact", metavar="CONTACT")
    history.add_argument("--limit", type=count, metavar="N", help="the newest N alone")
    history.add_argument("--ids", action="store_true", help="begin each line with its id")
    add_json(history)
