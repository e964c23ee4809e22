"""Every order in which the hop can play: the real states, explored exhaustively."""
