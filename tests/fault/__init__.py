"""What must hold whatever dies, and whenever."""
