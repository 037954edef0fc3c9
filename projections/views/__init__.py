"""The views, one a file: pure functions from events to rows."""
