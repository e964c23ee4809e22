"""Pictures of the messenger for the documentation: `python -m pictures docs/pictures`."""
