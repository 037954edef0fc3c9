"""The answer of `ledger login-link`: who logs in with the link, and how long it works."""

from application.answer import Answer


class LoginLink(Answer, frozen=True):
    """A link that works once, until `until`."""

    url: str
    reference: str
    role: str
    until: str
