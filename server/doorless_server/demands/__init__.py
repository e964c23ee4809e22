"""What is demanded of the operator by law: taken in, checked, answered, logged, and told."""
