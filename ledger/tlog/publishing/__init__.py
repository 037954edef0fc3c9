"""Publishing: recorded entries become leaves under a signed checkpoint."""
