"""Looks for what keeps a relay from serving, and says what to do about it."""
