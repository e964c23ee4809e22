"""What the scenarios about devices and built-in doors play and show, beside their files."""
