"""For educators and researchers: the real components on a stage, beside what an adversary sees."""
