"""The classroom: the lab in a browser, on this machine alone."""
