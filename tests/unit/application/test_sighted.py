"""What of a person's events a reader is told from whom categories are hidden."""
