"""Codes that the house declares ordinary, so that acts with an authority, accesses and holds may say them."""

from collections.abc import Sequence

from application.acts.acting import Act, act
from application.answer import Answer
from application.site import Site
from schemas import names
from schemas.encoding import JsonValue

# All declarations are in one stream: they belong to no activity and no system.
SUBJECT = "system/ledger"


class DeclaredCodes(Answer, frozen=True):
    """Codes that were declared ordinary, and the position of the event that says so."""

    codes: list[str]
    position: int


def declare_codes(site: Site, codes: Sequence[str], reason: str | None) -> DeclaredCodes:
    """Declare codes ordinary from the next message on. Raises ActRefused for what is no code, and for the
    citation of an article of the law of investigation, which nothing makes ordinary.
    """
    named = sorted(set(codes))
    facts: dict[str, JsonValue] = {"codes": list(named)}
    if reason is not None:
        facts["reason"] = reason
    done = act(site, [Act(name=names.CODES_DECLARED, subject=SUBJECT, facts=facts, whole=True)])
    return DeclaredCodes(named, done.last_position)
