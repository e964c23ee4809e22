"""How fast a stolen session heals: a thief, a schedule, and a hop in chunks to compare with."""
