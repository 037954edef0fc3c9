"""The pages of the console, each from one resource; `listed.py` has all of them."""
