"""Answers for people: tables. Everything that is printed passes `text.clean`."""
