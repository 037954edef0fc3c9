"""Situations of any use of a person's data: objections to its activity, restrictions of the data. Pure.

An objection stops an activity from when it was raised until it is overruled. An objection to direct marketing
is never overruled (GDPR Art. 21). Data that is restricted is only stored, except with consent, for claims and
duties of law, or to handle the request, the hold, the dispute or the case itself (Art. 18(2)).
"""

from collections.abc import Iterator

import rulebook
from projections.dossier.fact import DISCLOSURE, Fact
from projections.dossier.look import FactContext, SeenSituation
from projections.dossier.objections import objection_to
from projections.use.restricting import restricted
from rulebook.marketing import category_of
from schemas import PERSONAL_FIELDS

USE = "use"
USES = frozenset({DISCLOSURE, "contact", "access"})
"""Kinds of fact that are a use of a person's data."""
_CONSENT = "6-1-a"
# Topics of a dossier whose matter may be handled with data that is restricted.
_MATTERS = ("request", "hold", "dispute", "case")


def use(fact: Fact, look: FactContext) -> Iterator[SeenSituation]:
    """Whether the person had objected to the activity, and what of the data was restricted."""
    at = fact.occurred_at
    objection = objection_to(fact.activity, look, at) if fact.activity else None
    if objection is not None:
        yield SeenSituation({"objection": objection}, detail=fact.activity, kind=USE)
    stored = restricted(look.own, at)
    beyond = sorted(stored & _touched(fact)) if stored else []
    if beyond and not _may_be_used(fact, look):
        yield SeenSituation({"restriction": "used"}, detail=", ".join(beyond), kind=USE)


def _touched(fact: Fact) -> set[str]:
    fields = fact.facts.fields or ()
    by_fields = {PERSONAL_FIELDS[field] for field in fields if field in PERSONAL_FIELDS}
    channel = fact.facts.channel or None
    return {*fact.categories, *by_fields, *([category_of(channel)] if channel else [])}


def _may_be_used(fact: Fact, look: FactContext) -> bool:
    provision = fact.provision and rulebook.provision(fact.provision)
    ref = fact.facts.case_ref or None
    own_matter = bool(ref) and any(look.own.all(f"{topic}/{ref}") for topic in _MATTERS)
    return fact.legal_basis == _CONSENT or bool(provision) or own_matter
