"""What can be gone to or done from the palette, each kind in a module of its own."""
