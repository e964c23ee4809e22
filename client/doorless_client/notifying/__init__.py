"""Telling somebody who looks elsewhere that something came: what is told, and by what."""
