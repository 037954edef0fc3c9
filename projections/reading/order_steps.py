"""Which acts an order allows: its steps decide, before anything is recorded. Pure.

Steps that come from upstream are recorded whatever the state, because they happened; where they do not fit
they are findings. Each sentence says what to do next.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from ledger.event import instant
from projections.views.orders import Order, OrderState, standing
from rulebook.calendar import day_of
from schemas import names

OrderDeed = Literal[
    "authenticate",
    "decide",
    "object",
    "refuse",
    "execute",
    "preserve",
    "confirm-order",
    "confirm-receipt",
    "withdraw",
]
_ENDED: frozenset[OrderState] = frozenset({"rejected", "confirmed", "withdrawn", "lapsed"})
_UNDECIDED: frozenset[OrderState] = frozenset({"authenticated", "objected"})
_DECIDED: frozenset[OrderState] = frozenset({"validated", "narrowed"})
_BEFORE: frozenset[OrderState] = frozenset({"received"}) | _UNDECIDED | _DECIDED
# An order of another state is refused with the sentence of that state.
_ALLOWED: Mapping[OrderDeed, frozenset[OrderState]] = {
    "authenticate": frozenset({"received", "objected"}),
    "decide": _UNDECIDED,
    "object": _BEFORE - {"objected"},
    "refuse": _BEFORE,
    "execute": _DECIDED,
    "preserve": _DECIDED,
    "confirm-order": _BEFORE | {"executed", "confirmed"},
    "confirm-receipt": frozenset({"executed"}),
    "withdraw": _BEFORE,
}
_STANDS: Mapping[OrderState, str] = {
    "received": "order {0} is not authenticated yet: find out whether it comes from whom it says, then give "
    "`ledger order authenticate {0} --method M`",
    "authenticated": "order {0} was not compared with its provision yet: give `ledger order validate {0}`",
    "objected": "order {0} waits for the authority's answer to an objection: decide it then with "
    "`ledger order validate {0}` or `ledger order refuse {0} --ground G`",
    "validated": "order {0} was found valid on {1}: `ledger order execute {0}` carries it out",
    "narrowed": "order {0} was narrowed on {1}: `ledger order execute {0}` carries out what is left of it",
    "executed": "order {0} was executed on {1}: only its receipt is left, `ledger order confirm {0} --what receipt`",
    "rejected": "order {0} was refused on {1}: nothing more can be done on it",
    "confirmed": "order {0} was confirmed on {1}: nothing more can be done on it",
    "withdrawn": "the authority withdrew order {0} on {1}: nothing more can be done on it",
    "lapsed": "order {0} was given orally and was not confirmed in writing in time: it lapsed on {1}, and a new order "
    "is needed",
}
