"""A witness of key logs: it cosigns what only ever grows, and keeps proof of what does not."""
