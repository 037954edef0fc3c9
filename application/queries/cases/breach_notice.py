"""`ledger incident notification`: what an authority must be told of a breach, and what of it is missing.

Every item of GDPR Art. 33(3), of a telecom provider those of Regulation 611/2013 as well, the reasons for
a delay (33(1)) and the phases in which it was told (33(4)).
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from application.answer import Answer
from application.controller import Controller
from application.queries.cases.clocks import CaseClock, case_clock
from application.queries.cases.found_incidents import FoundIncident
from application.queries.cases.found_requests import NotAllowed
from ledger.event import instant
from projections.views.incidents import Incident
from rulebook.incidents import regimes_in
from schemas import names

_TELECOM = "611/2013"
ITEMS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "nature": ("33(3)(a)", ("nature",)),
    "description": ("33(3)(a)", ("description",)),
    "subject_categories": ("33(3)(a)", ("subject_categories",)),
    "subject_count": ("33(3)(a)", ("subject_count",)),
    "categories": ("33(3)(a)", ("categories",)),
    "record_count": ("33(3)(a)", ("record_count",)),
    "contact": ("33(3)(b)", ()),
    "consequences": ("33(3)(c)", ("consequences",)),
    "measures": ("33(3)(d)", ("measures_taken", "measures_proposed")),
    "delay_reason": ("33(1)", ("delay_reason",)),
    "began": (_TELECOM, ("began",)),
    "protection": (_TELECOM, ("protection",)),
    "other_providers": (_TELECOM, ("other_providers",)),
    "other_states": (_TELECOM, ("other_states",)),
}
"""Item -> the point of the law, and the members that say it: one of them is enough."""
IF_ANY = frozenset({"other_providers", "other_states"})
"""Items that are told only where there are some."""

_TO_AUTHORITY = frozenset({"breach.gdpr", "breach.telecom.initial", "breach.telecom.full"})


Said = str | int | list[str]
"""What was said of an item: a text, a number, or some codes or texts."""


class NoticeItem(Answer, frozen=True):
    """An item that the authority must be told. `article`: the point of the GDPR, or the regulation.

    `said`: by member of the events, what was said last. `missing`: no event says anything of it yet.
    """

    item: str
    article: str
    said: dict[str, Said]
    missing: bool


class NoticePhase(Answer, frozen=True):
    """That the authority was told: information may be given in phases (GDPR Art. 33(4))."""

    phase: str
    regime: str
    notified_at: str
    delay_reason: str | None


class BreachNotice(Answer, frozen=True):
    """The notification of a breach to the authority.

    `regimes`: telecom, gdpr or both. `late`: an authority was, or by now would be, told too late. `missing`:
    the items of which no event says anything.
    """

    ref: str
    made_at: str
    controller: Controller
    detected_at: str
    regimes: list[str]
    risk: str | None
    late: bool
    clocks: list[CaseClock]
    items: list[NoticeItem]
    phases: list[NoticePhase]
    missing: list[str]


def citation_of(article: str) -> str:
    """A point of the GDPR, or a regulation with its annex, as the rulebook cites it."""
    return f"Regulation (EU) {article}, Annex I" if "/" in article else f"GDPR art. {article}"


def breach_notice(case: FoundIncident, controller: Controller, time: datetime) -> BreachNotice:
    """The notification as of a time. Raises NotAllowed for a case of misuse.

    `missing`: items of which no event says anything; a reason for the delay only where there is one.
    """
    if case.incident.kind != "breach":
        raise NotAllowed("only a breach is notified to the authority: this is a case of misuse")
    breach = case.incident.until(time)
    begun_at = breach.begun_at
    assert begun_at
    late = _late(breach, time)
    regimes = _regimes(breach)
    told = _items(breach.told, controller, late=late)
    items = [row for row in told if row.article != _TELECOM or "telecom" in regimes]
    return BreachNotice(
        ref=breach.ref,
        made_at=instant(time),
        controller=controller,
        detected_at=instant(begun_at),
        regimes=sorted(regimes),
        risk=breach.risk,
        late=late,
        clocks=[case_clock(clock, time) for clock in breach.clocks],
        items=items,
        phases=list(_phases(breach)),
        missing=[row.item for row in items if row.missing],
    )


def _regimes(breach: Incident) -> set[str]:
    return {
        name
        for step in breach.named(names.BREACH_DETECTED)
        for name in regimes_in(step.facts["regime"])
    }


def _late(breach: Incident, time: datetime) -> bool:
    """Whether an authority was, or by now would be, told later than it should be."""
    clocks = [clock for clock in breach.clocks if clock.duty in _TO_AUTHORITY]
    return any(clock.state(time) in {"late", "overdue"} for clock in clocks)


def _items(
    statements: Mapping[str, Said], controller: Controller, *, late: bool
) -> Iterator[NoticeItem]:
    for item, (point, members) in ITEMS.items():
        said: dict[str, Said] = {name: statements[name] for name in members if name in statements}
        if item == "contact":
            said = {"contact": controller.data_protection_officer or controller.contact}
        # GDPR Art. 33(1) asks for a reason only when the notification comes late.
        needed = late if item == "delay_reason" else item not in IF_ANY
        yield NoticeItem(item=item, article=point, said=said, missing=needed and not said)


def _phases(breach: Incident) -> Iterator[NoticePhase]:
    """When the authority was told what."""
    for step in breach.named(names.AUTHORITY_NOTIFIED):
        yield NoticePhase(
            phase=step.facts["phase"],
            regime=step.facts["regime"],
            notified_at=instant(step.order.time),
            delay_reason=step.facts.get("delay_reason"),
        )
