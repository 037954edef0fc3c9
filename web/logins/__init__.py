"""Logins: sessions, one-time links, OpenID Connect, tokens and certificates of clients, and limits.

`Logins` (`web/logins/logins.py`) puts them together: routes, a middleware, and who asks.
"""
