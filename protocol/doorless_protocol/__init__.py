"""What doorless is made of: keys, handshake, ratchets, bytes; no I/O, clock or randomness."""
