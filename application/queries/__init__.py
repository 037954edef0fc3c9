"""Answers as JSON-ready values, in the shapes that outsiders rely on. Nothing here prints.

A folder for each subject. What several of them need, such as a period or a name, stands beside the folders.
"""
