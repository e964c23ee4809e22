"""The messenger: a headless core, an encrypted store, a connection, a terminal, a command line."""
