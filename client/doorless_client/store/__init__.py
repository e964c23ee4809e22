"""What a profile keeps on disk, encrypted."""
