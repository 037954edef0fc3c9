"""The basis of a credit check at a time: one judgement for `may credit-check` and for findings.

Pure. A situation is in the vocabulary of the rules that would judge the check afterwards.
"""

from collections.abc import Iterator
from datetime import datetime

import rulebook
from projections.dossier.dossier import Dossier
from projections.dossier.look import FactContext, SeenSituation
from projections.dossier.objections import objection_to
from projections.use.restricting import restricted
from projections.use.situation import USE
from rulebook.calendar import day_of

NO_OCCASION = "none"
PURPOSE, BUREAU = "solvency-check", "credit-bureau"
"""For what a check is made, and the kind of recipient that gets data for it."""
_CHECK = "credit-check"
_NONE = "none"
_OCCASIONS = (("registered", "new-customer"), ("large-order", "large-order"))


def occasion(dossier: Dossier, at: datetime) -> str:
    """The occasion of a check at a time, as its event names it; what happened counts, not what is stated."""
    for topic, name in _OCCASIONS:
        if any(_near(at, mark.order.time) for mark in dossier.all(topic)):
            return name
    return NO_OCCASION


def _near(checked: datetime, happened: datetime) -> bool:
    return abs(checked - happened) <= rulebook.period("credit-occasion")


def check_at(dossier: Dossier, at: datetime, *, erased: bool) -> Iterator[SeenSituation]:
    """The situations of a check at a time, for any activity that it is part of.

    `erased`: all data of the person is erased; such a person is no new customer.
    """
    yield SeenSituation({"occasion": NO_OCCASION if erased else occasion(dossier, at)}, kind=_CHECK)
    categories = rulebook.recipient_kind(BUREAU, day_of(at)).categories
    beyond = sorted(restricted(dossier, at) & set(categories))
    yield SeenSituation({"restriction": "used" if beyond else _NONE}, None, ", ".join(beyond), USE)


def objected_at(activity: str, look: FactContext, at: datetime) -> SeenSituation:
    """How an objection to the activity of a check stands at a time."""
    return SeenSituation({"objection": objection_to(activity, look, at) or _NONE}, kind=USE)
