"""Answers about one person."""

from typing import Annotated

from msgspec import Meta

from application.answer import Answer
from application.queries.persons import history, state
from application.queries.subjects import check_person, check_reference
from schemas.formats import Id
from web.resource import Params, resource
from web.visit import Visit

Kind = Annotated[str, Meta(pattern=r"^[a-z]+(-[a-z]+)*\Z", description="Such as customer.")]


class PersonParams(Params, frozen=True):
    """Whom an answer is about: `customer/10023` is kind `customer`, id `10023`."""

    kind: Kind
    id: Id

    @property
    def reference(self) -> str:
        """The reference of the person."""
        return f"{self.kind}/{self.id}"


class History(Answer, frozen=True):
    """Every event of a person, opened, by position."""

    events: list[history.HistoryLine]


@resource("/persons/{kind}/{id}/state", "persons", name="state", timed=True)
def person_state(visit: Visit, params: PersonParams) -> state.State:
    """What is known of a person now, or was at a moment of the past."""
    check_person(params.reference)
    return state.state(visit.source("state"), params.reference, visit.moment)


@resource("/persons/{kind}/{id}/history", "persons", name="history", rows="events", timed=True)
def person_history(visit: Visit, params: PersonParams) -> History:
    """Every event of a person, opened, by position."""
    check_reference(params.reference)
    source = visit.source("history")
    return History([*history.history(source, params.reference, visit.moment, visit.language)])


RESOURCES = (person_state, person_history)
