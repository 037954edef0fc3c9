"""Completeness: that the entries which a person is shown are all entries that name the person.

An index says of each data subject how many entries name it, and what they come to one after the other. Its
root is signed and witnessed in a log of its own.
"""
