"""Answers as JSON-ready values, in the shapes that outsiders rely on. Nothing here prints.

A folder for each subject. What several subjects ask for, a person's events, a period, a name, stands beside them.
"""
