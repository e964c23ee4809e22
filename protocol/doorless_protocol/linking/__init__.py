"""How a new device comes to be one of an account's."""
