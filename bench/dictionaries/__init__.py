"""Programs that make the dictionaries of the product: `states` of stored events, `rows` of views.

They are run by hand when a dictionary is to be made, and what they write is committed.
"""
