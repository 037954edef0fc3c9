"""The pages: each a handler and a template."""
