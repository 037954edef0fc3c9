"""What is to be done, the most urgent first."""
