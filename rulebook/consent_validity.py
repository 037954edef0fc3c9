"""Whether a consent that was recorded as given is one: somebody's own act, and a parent's for a child.

Owns `law/consent_validities.toml`. The age is known only where a date of birth can be opened: without one it
does not matter who gave the consent.
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from rulebook.loading import Sourced, load
from rulebook.validity import in_force
from schemas.provision import folded

Lack = Literal["no-act", "no-parent", "not-own"]


class ValidityTest(Struct, frozen=True, forbid_unknown_fields=True):
    """A consent, and whether it lacks what the entry asks for."""

    lacks: bool
    method: str | None = None
    given_by: str | None = None
    age: int | None = None


class ConsentValidity(Sourced, frozen=True, forbid_unknown_fields=True):
    """Conditions of a valid consent. `methods`: those that are not an act of consent.

    `under_age`, `from_age`: the ages at which it matters who gave the consent; `given_by`: the persons who
    may give it. An act without a giver was the person's own.
    """

    id: Lack
    tests: Annotated[tuple[ValidityTest, ...], Meta(min_length=1)]
    methods: tuple[str, ...] = ()
    under_age: int | None = None
    from_age: int | None = None
    given_by: tuple[str, ...] = ()

    def lacks(self, method: str | None, given_by: str | None, age: int | None) -> bool:
        """Whether a consent lacks it."""
        if self.methods:
            return method is not None and folded(method) in {folded(one) for one in self.methods}
        if age is None:
            return False
        asked = (self.under_age is not None and age < self.under_age) or (
            self.from_age is not None and age >= self.from_age
        )
        return asked and (given_by or "subject") not in self.given_by


CONSENT_VALIDITIES: tuple[ConsentValidity, ...] = load("law", "consent_validity", ConsentValidity)


def consent_lack(
    method: str | None, given_by: str | None, day: date, born: date | None = None
) -> Lack | None:
    """The reason why a consent given on a day is invalid; None: it is valid. `born`: None if unknown."""
    age = (day.year - born.year - ((day.month, day.day) < (born.month, born.day))) if born else None
    for entry in CONSENT_VALIDITIES:
        if in_force(entry, day) and entry.lacks(method, given_by, age):
            return entry.id
    return None
