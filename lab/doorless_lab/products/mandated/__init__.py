"""Back doors that were demanded, in copies of our own parts: exhibits, for the lab alone."""
