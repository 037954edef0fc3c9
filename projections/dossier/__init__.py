"""A person's file: what the events of one stream say, as marks in the order of time. Pure."""
