"""How scenarios are played: what happens, step by step. What they have to show is beside."""
