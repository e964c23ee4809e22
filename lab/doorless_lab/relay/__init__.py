"""The process in which a scenario's relay runs: the real one, with a clock that can be set."""
