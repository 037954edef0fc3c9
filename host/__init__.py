"""Hosting: settings, composition, and processes that keep running. Serves every edge."""
