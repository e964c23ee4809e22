"""The demo: a relay, Alice, Bob, and what the relay sees, in one terminal."""
