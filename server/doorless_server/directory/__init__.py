"""The key log: what every name stands for, signed so that it cannot be told two ways."""
