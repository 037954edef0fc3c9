"""Answers as JSON-ready values, in the shapes that outsiders rely on. Nothing here prints."""
