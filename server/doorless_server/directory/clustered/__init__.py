"""The key log of a relay of several nodes: decided in NATS, answered from a copy on each node."""
