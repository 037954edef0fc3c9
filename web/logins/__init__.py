"""Logins: sessions, cookies, one-time links, OpenID Connect, tokens and certificates of clients, and their limits.

`Logins` (`web/logins/logins.py`) puts them together: routes, a middleware, and who asks.
"""
