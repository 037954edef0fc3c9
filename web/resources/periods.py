"""Parameters that several lists have: a period, a person, a place in the list."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from msgspec import Meta, field

from application.queries.period import Period
from application.queries.subjects import check_person, check_reference
from ledger.errors import Misconfigured
from web.requests import time_named
from web.resource import Params

Limit = Annotated[int, Meta(ge=1, le=1000, description="At most so many.")]
Key = Annotated[str, Meta(max_length=1000)] | None
"""Behind which row a part of a list begins, as the part before said."""


class PeriodParams(Params, frozen=True, kw_only=True):
    """Bounds of the time at which something occurred, inclusive: times, or days."""

    since: str | None = field(default=None, name="from")
    until: str | None = field(default=None, name="to")

    @property
    def period(self) -> Period:
        """The period. Raises Misconfigured for a malformed time, or where no time lies between them."""
        since, until = _named("from", self.since), _named("to", self.until)
        if since is not None and until is not None and until < since:
            raise Misconfigured("this lies before the beginning of the period", field="to")
        return Period(since, until)


def _named(name: str, text: str | None) -> datetime | None:
    return time_named({name: text or ""}, name)


def subject_named(text: str | None) -> str | None:
    """A subject that a list is about. Raises Misconfigured, which names the parameter."""
    return _checked(text, check_reference)


def person_named(text: str | None) -> str | None:
    """A person whom an act is about. Raises Misconfigured, which names the field."""
    return _checked(text, check_person)


def _checked(text: str | None, check: Callable[[str], None]) -> str | None:
    if text is not None:
        try:
            check(text)
        except Misconfigured as error:
            error.field = "subject"
            raise
    return text
