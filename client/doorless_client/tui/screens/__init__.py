"""What fills the terminal: one screen a file, each with its style sheet beside it."""
