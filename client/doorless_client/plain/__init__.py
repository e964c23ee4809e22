"""The messenger as lines of text: for screen readers, pipes and terminals that can do nothing."""
