"""What screens are made of. A widget shows values and tells what the person did, no more."""
