"""What can be said after each command: one file a group of commands."""
