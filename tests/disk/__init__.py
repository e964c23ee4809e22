"""Relays and clients on disks that are watched, fail, or lose their power; or that are killed."""
