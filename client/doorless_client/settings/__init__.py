"""What a person can choose: declared once, kept in two places, shown and set from anywhere."""
