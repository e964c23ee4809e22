"""Hostile and long load on a live relay: who sends it, and what is measured beside it."""
