"""A second implementation of doorless/1, written from docs/spec alone (see README.md)."""
