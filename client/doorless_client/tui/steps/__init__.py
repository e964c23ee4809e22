"""What a first start asks, one thing at a time."""
