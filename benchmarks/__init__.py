"""What doorless costs, beside others and beside the limit of the same machine in the same run."""
