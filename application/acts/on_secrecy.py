"""Acts on secrecy: imposed, reviewed, lifted, each with its evidence and under the lock of the office."""

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from application.acts.acting import Act, one_at_a_time
from application.acts.on_orders import ACTIVITY, OnOrder
from application.acts.requesting import record
from application.queries.found_requests import NotAllowed
from application.queries.found_secrets import FoundSecret, find_secret
from application.site import Site
from application.source import Source
from ledger.errors import Misconfigured
from ledger.event import instant
from rulebook.calendar import day_of
from schemas import names
from schemas.encoding import JsonValue

IMPOSED_BY = ("authority", "court", "statute")
LIFTED_BY = ("authority", "court", "statute", "review")
OUTCOMES = ("continues", "may-lift")


class OnSecret(Struct, frozen=True, kw_only=True):
    """What is to be kept secret, or no longer: an order by its reference, or a person's disclosure."""

    on: OnOrder | None
    subject: str | None
    disclosure: str | None = None


class Word(Struct, frozen=True, kw_only=True):
    """What is said of a secret. `by`: who says so; `evidence`: the document or article that shows it."""

    by: str
    evidence: str
    review_on: date | None = None
    outcome: str | None = None
