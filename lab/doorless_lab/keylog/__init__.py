"""A key log in memory that can be made to lie, and the people who check it."""
