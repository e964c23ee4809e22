"""What an operator can have the relay do: one module a command, run by `doorless-relay`."""
