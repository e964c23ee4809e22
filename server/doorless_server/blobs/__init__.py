"""Sealed files that wait to be fetched: kept by what reads them, and by nobody's name."""
