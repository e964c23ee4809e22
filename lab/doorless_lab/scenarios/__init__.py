"""The scenarios, one file each: whatever module here has a SCENARIO is in the catalogue."""
