"""Codes that the house declares ordinary, so that acts with an authority, accesses and holds may say them; or
that a confidential office declares secret, so that the open ledger withholds what says them.
"""

from collections.abc import Sequence

from application.acts.acting import Act, act
from application.answer import Answer
from application.site import Site
from ledger.errors import Reject
from schemas import names
from schemas.encoding import JsonValue
from schemas.secret_codes import is_sayable, words_of

# All declarations are in one stream: they belong to no activity and no system.
SUBJECT = "system/ledger"


class DeclaredCodes(Answer, frozen=True):
    """Codes that were declared, and the position of the event that says so."""

    codes: list[str]
    position: int


def declare_codes(site: Site, codes: Sequence[str], reason: str | None) -> DeclaredCodes:
    """Declare codes ordinary from the next message on. Raises ActRefused for what is no code, and for the
    citation of an article of the law of investigation, which nothing makes ordinary.
    """
    return _declare(site, names.CODES_DECLARED, codes, reason)


def declare_secret(site: Site, codes: Sequence[str], reason: str | None) -> DeclaredCodes:
    """Declare codes secret, in a confidential ledger. Raises ActRefused for what is no code, and Reject for a
    code that can be no secret: a word that stands in ordinary messages would withhold all of these.
    """
    ordinary = {"".join(words_of(code)) for code in site.intake.secrecy.rules.ordinary}
    for code in codes:
        if not is_sayable(code):
            raise Reject(
                f"{code} can be no secret: it needs 4 letters or digits, and has 4 words at most"
            )
        if "".join(words_of(code)) in ordinary:
            raise Reject(f"{code} can be no secret: the rulebook says that it is ordinary")
    return _declare(site, names.SECRET_CODES_DECLARED, codes, reason)


def _declare(site: Site, name: str, codes: Sequence[str], reason: str | None) -> DeclaredCodes:
    named = sorted(set(codes))
    facts: dict[str, JsonValue] = {"codes": list(named)}
    if reason is not None:
        facts["reason"] = reason
    done = act(site, [Act(name=name, subject=SUBJECT, facts=facts, whole=True)])
    return DeclaredCodes(named, done.last_position)
