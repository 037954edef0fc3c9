"""Writing events: rows, positions, and what vouches for each batch."""
