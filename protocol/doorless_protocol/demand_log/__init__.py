"""The demand log: what an operator must say in public before it answers a demand for data."""
