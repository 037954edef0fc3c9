"""What every view is made of: events that count, folded in order. Pure."""
