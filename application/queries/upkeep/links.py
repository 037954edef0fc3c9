"""The answer of `ledger login-link`: who logs in with the link, and how long it can be used."""

from application.answer import Answer


class LoginLink(Answer, frozen=True):
    """A link that works once, until `until`. `ends`: when the account ends, None where it does not."""

    url: str
    reference: str
    role: str
    until: str
    ends: str | None
