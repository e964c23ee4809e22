"""A copy of a relay's folder that is made while it runs, and how it is put back."""
