"""Tickets: a page that shows an event lets its reader, and nobody else, fetch that event's entry.

An entry holds the whole event: facts in clear, sealed values closed. Whoever could ask for any position would
read about everyone by pseudonym, and no page would have noted it. A ticket is of one reader, one role and one
position. Their key is in the memory of the one process: after a restart a page is loaded again.
"""

import hmac
import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256

from web.principals import Principal

_KEY = secrets.token_bytes(32)
_BYTES = 15


def ticket_of(principal: Principal, position: int) -> str:
    """The ticket with which a reader may fetch the entry of a position."""
    message = f"{position}\n{principal.role}\n{principal.reference}".encode()
    digest = hmac.digest(_KEY, message, sha256)[:_BYTES]
    return urlsafe_b64encode(digest).decode()


def is_ticket(text: str, principal: Principal, position: int) -> bool:
    """Whether a text is the reader's ticket for a position."""
    return hmac.compare_digest(text.encode(), ticket_of(principal, position).encode())
