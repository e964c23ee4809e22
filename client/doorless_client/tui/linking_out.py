"""Opening a link: only after the person saw where it really leads.

Links are drawn as text of ours and not as hyperlinks of the terminal (OSC 8): a terminal would
open them unasked, wherever they lead.
"""

import subprocess
from collections.abc import Sequence
from typing import Any

from textual.screen import Screen

from doorless_client.core.views import Message
from doorless_client.links import Link, NotALinkError, links, opener, warning
from doorless_client.marks import hidden
from doorless_client.tui.screens.confirm import Confirm
from doorless_client.tui.wrapping import shorten

SHOWN = 300
"""Characters of a link that are shown before it is opened."""


def links_of(message: Message) -> Sequence[Link]:
    """Those that are seen: of what is hidden, a question whether to open it would tell."""
    unseen = hidden(message.text)
    return [
        link
        for link in links(message.text)
        if not any(one.first < link.after and link.first < one.after for one in unseen)
    ]


def follow_link(screen: Screen[Any], message: Message, url: str) -> None:
    """Ask, with the true host; then hand it to the system."""
    link = next((one for one in links(message.text) if one.url == url), None)
    if link is not None:
        screen.run_worker(_follow(screen, link), group="link")


async def _follow(screen: Screen[Any], link: Link) -> None:
    question = warning(link)
    words = f"{question[0].upper()}{question[1:]}.\n\n{shorten(link.url, SHOWN)}"
    if not await screen.app.push_screen_wait(Confirm("Open this link?", words, "Open", "Leave it")):
        return
    try:
        argv = opener(link)
    except NotALinkError as error:
        screen.notify(str(error), markup=False)
        return
    _begin(argv)


def _begin(argv: Sequence[str]) -> None:
    """A list of arguments: no shell reads it, and `opener` checked what it is."""
    quiet = subprocess.DEVNULL
    subprocess.Popen(  # noqa: S603
        argv, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
    )
