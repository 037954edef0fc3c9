"""What was given to others: one by one, in lists, outside of the EEA, and what they must still be told."""
