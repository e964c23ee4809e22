"""A relay process that a scenario controls: its clock, and what its operator is compelled to."""
