"""What is kept of a person, why, until when, and what is to be erased. Pure."""
