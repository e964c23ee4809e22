"""Everything that can be done here: whatever has a key, and what has none."""

from collections.abc import Callable, Iterable, Sequence

from textual.binding import Binding
from textual.dom import DOMNode

from doorless_client.tui.keymap import Keys, declared
from doorless_client.tui.providers.entry import Entry

MOVES = frozenset({"palette", "back", "copy", "log.up", "log.down"})
"""What means nothing in a palette: to open it, to leave it, and to move by one line."""


class Commands:
    """The bindings of `nodes` that say what they do, then what `more` adds.

    Args:
        nodes: where they are bound: the screen, the app, and what is picked.
    """

    searches = False

    def __init__(
        self, nodes: Sequence[DOMNode], keys: Keys, more: Callable[[], Iterable[Entry]] = tuple
    ) -> None:
        self._nodes, self._keys, self._more = nodes, keys, more

    def entries(self, query: str) -> Iterable[Entry]:
        del query
        for node in self._nodes:
            for binding in declared(type(node)):
                if binding.description and binding.id not in MOVES and _can(node, binding):
                    key = self._keys.short(binding.id or "")
                    yield Entry(binding.description, self._doer(node, binding), key)
        yield from self._more()

    def _doer(self, node: DOMNode, binding: Binding) -> Callable[[], None]:
        def do() -> None:
            node.app.call_later(node.app.run_action, binding.action, node)

        return do


def _can(node: DOMNode, binding: Binding) -> bool:
    return bool(node.check_action(binding.action.partition("(")[0], ()))
