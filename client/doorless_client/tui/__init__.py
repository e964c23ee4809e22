"""The terminal interface; sees the rest of the messenger only through an Engine protocol."""
