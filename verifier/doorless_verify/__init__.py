"""Does a bundle convict a key log? Needs the bundle and the log's pinned keys, and nothing else."""
