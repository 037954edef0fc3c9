"""Says which rules about orders and secrecy a situation breaks, and which act shows it. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from projections.findings.judging import Finding
from projections.views.order_acts import OrderAct
from projections.views.order_clocks import OrderClockStatus
from rulebook.calendar import day_of
from rulebook.rules import Situation, breaches
from schemas import names


class About:
    """Finds what situations of one person break, and says which act shows it."""

    def __init__(self, stream: UUID) -> None:
        self._stream = stream

    def breaks(
        self,
        kind: str,
        situation: Situation,
        act: OrderAct,
        *,
        due: datetime | None = None,
        detail: str | None = None,
    ) -> Iterator[Finding]:
        """A finding of each rule that a situation breaks. `due`: since when, if it is a matter of time."""
        for rule in breaches(kind, situation, day_of(due or act.time)):
            yield Finding(
                rule=rule.id,
                about=self._stream,
                position=act.position,
                occurred_at=act.time,
                source=act.order.source,
                id=act.order.id,
                name=act.name,
                due=due,
                detail=detail,
            )


def review(
    about: About,
    acts: Sequence[OrderAct],
    begin: OrderAct,
    clock: OrderClockStatus,
    time: datetime,
) -> Iterator[Finding]:
    """Whether secrecy is looked at again in time. `begin`: the act with which it began."""
    reviews = [act for act in acts if act.name == names.SECRECY_REVIEWED]
    overdue = "overdue" if reviews else "never"
    state = overdue if clock.due <= time else "running"
    last = [act for act in acts if act.name != names.SECRECY_LIFTED]
    yield from about.breaks("secrecy", {"review": state}, (last or [begin])[-1], due=clock.due)
