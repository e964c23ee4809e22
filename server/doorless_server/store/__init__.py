"""What the relay keeps, as small promises that every backend holds."""
