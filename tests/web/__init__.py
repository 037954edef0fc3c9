"""The pages and scripts of the console, in a real browser."""
