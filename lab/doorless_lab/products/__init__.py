"""What scenarios are played against, where it is not the real product: for the lab alone."""
