"""What is known of a person, what they agreed to, and what may follow from it."""
