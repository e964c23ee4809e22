"""Worlds that follow from a seed, and a network that misbehaves in them."""
