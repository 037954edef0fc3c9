"""What answers about requests, incidents and complaints share: the acts on a case, and its clocks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from application.answer import Answer
from application.queries.naming import Naming
from application.source import Source, instant_or_none
from ledger.event import instant
from ledger.reading import events_but_reads
from projections.views import incidents, order_acts, requests
from rulebook import DEADLINES
from rulebook.incidents import Clock
from schemas import texts
from schemas.encoding import JsonValue

_Step = incidents.IncidentAct | requests.RequestAct | order_acts.OrderAct


class CaseAct(Answer, frozen=True):
    """One act on a case. `facts`: what its event says; `text`: the same as a sentence."""

    type: str
    occurred_at: str
    source: str
    id: str
    facts: dict[str, JsonValue]
    text: str


class CaseClock(Answer, frozen=True):
    """What must be done by when. `duty`: id of the deadline. `state` late: it was done too late."""

    duty: str
    title: str
    title_nl: str
    citation: str
    due: str
    done_at: str | None
    state: Literal["running", "met", "late", "overdue"]


def case_act(
    step: _Step, language: texts.Language, naming: Naming | None = None, **named: str
) -> CaseAct:
    """An act on a case. `named`: facts that the case has instead of each act, such as its reference.

    `naming`: for names in place of ids.
    """
    names = naming.named(step.facts, step.order.time) if naming else {}
    return CaseAct(
        type=step.name,
        occurred_at=instant(step.order.time),
        source=step.order.source,
        id=step.order.id,
        facts=step.facts,
        text=texts.text_of(step.name, {**named, **step.facts, **names}, language),
    )


def positions_of(source: Source, streams: Sequence[UUID]) -> dict[tuple[str, str], int]:
    """Source and id of each event of some streams -> where it stands in the ledger."""
    return {
        (event.source, event.id): event.position
        for event in events_but_reads(source.session, streams)
    }


def case_clock(clock: Clock, time: datetime) -> CaseClock:
    """A clock as it stands at a time."""
    entry = DEADLINES[clock.duty]
    return CaseClock(
        duty=clock.duty,
        title=entry.title,
        title_nl=entry.title_nl,
        citation=entry.citation,
        due=instant(clock.due),
        done_at=instant_or_none(clock.done_at),
        state=clock.state(time),
    )
