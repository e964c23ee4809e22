"""The store of several relays: a NATS JetStream cluster keeps what they are given."""
