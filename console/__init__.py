"""The edge for people: the command line, and the only place that opens sealed values."""
