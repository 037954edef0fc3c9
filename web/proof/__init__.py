"""Proof in the browser: seals beside events, the entries that they ask for, and audits on demand."""
