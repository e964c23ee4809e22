"""The messenger without screen or socket: commands and frames in, effects out."""
