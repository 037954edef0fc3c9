"""Recording: from messages that arrived to events, dead letters and counted duplicates."""
