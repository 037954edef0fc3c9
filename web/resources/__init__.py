"""Answers by subject, each a resource: what the HTTP API gives, and what pages are made from."""
