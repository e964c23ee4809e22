"""The ratchets: chains, the Double Ratchet, and the post-quantum chains beside it."""
