"""The three ways to draw a conversation, by what the settings call them."""

from collections.abc import Mapping

from doorless_client.tui.bubbles import Bubbles
from doorless_client.tui.dense import Dense
from doorless_client.tui.layout import Layout
from doorless_client.tui.rail import Rail

LAYOUTS: Mapping[str, type[Layout]] = {"bubbles": Bubbles, "rail": Rail, "dense": Dense}
