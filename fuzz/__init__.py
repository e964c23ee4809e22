"""Hostile bytes for every decoder: targets that atheris drives, and that the tests replay."""
