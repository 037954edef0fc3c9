"""What a person may not know, found by its order or by its disclosure."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from application.answer import Name
from application.queries.cases.found_requests import NotAllowed
from application.queries.desk.found_orders import FoundOrder, find_order
from application.queries.subjects import known_streams, note_read
from application.source import Source
from projections.reading.views import secrets_of
from projections.views.order_acts import SECRECY, OrderAct, Secrecy, named, secrecy_of, until
from projections.views.orders import next_review
from projections.views.secrecy import Secrets, concerns
from rulebook.calendar import day_of
from rulebook.orders import order_rule
from schemas import names


class FoundSecret(Struct, frozen=True, kw_only=True):
    """An order or a disclosure, with its secrecy. `begin`: its first act; `said`: the acts on its secrecy."""

    stream: UUID
    reference: Name
    order_ref: str | None
    disclosure_id: str | None
    begin: OrderAct
    said: Sequence[OrderAct]

    @property
    def person(self) -> str:
        """The reference of the person. Raises NotAllowed when it is gone."""
        if isinstance(self.reference, str):
            return self.reference
        raise NotAllowed("the person was erased: there is no secret to keep", field="subject")

    @property
    def provision(self) -> str | None:
        """Under which it was ordered, or disclosed."""
        return self.begin.provision

    @property
    def state(self) -> Secrecy:
        """Whether the person may know, by the latest word, or else by the provision."""
        return secrecy_of(self.said, self.begin, self.provision)

    @property
    def latest(self) -> OrderAct | None:
        """The latest act on its secrecy."""
        return self.said[-1] if self.said else None

    @property
    def review_on(self) -> date | None:
        """By when it is looked at again; None where it is secret no more, or no day was set."""
        if self.state != "in-force":
            return None
        rule = order_rule(self.provision, day_of(self.begin.time)) if self.provision else None
        return next_review(self.begin, self.said, rule)

    def until(self, time: datetime) -> "FoundSecret":
        """As it was at a time, inclusive."""
        return FoundSecret(
            stream=self.stream,
            reference=self.reference,
            order_ref=self.order_ref,
            disclosure_id=self.disclosure_id,
            begin=self.begin,
            said=until(self.said, time),
        )


def secret_of_order(case: FoundOrder) -> FoundSecret:
    """The secrecy of an order. Raises NotAllowed for an order that was never received."""
    return FoundSecret(
        stream=case.stream,
        reference=case.reference,
        order_ref=case.order.ref,
        disclosure_id=None,
        begin=case.received,
        said=case.order.named(*SECRECY),
    )


def secret_of_disclosure(
    stream: UUID, reference: Name, secrets: Secrets, disclosed: OrderAct
) -> FoundSecret:
    """The secrecy of a disclosure for which no order is known."""
    said = [act for act in named(secrets.acts, *SECRECY) if concerns(act, disclosed, None)]
    return FoundSecret(
        stream=stream,
        reference=reference,
        order_ref=None,
        disclosure_id=disclosed.order.id,
        begin=disclosed,
        said=said,
    )


def find_secret(
    source: Source,
    ref: str | None,
    subject: str | None,
    disclosure: str | None,
    told_by: str | None = None,
) -> FoundSecret:
    """The secret of an order, or of a disclosure of a person. Raises NotAllowed, UnknownSubject.

    `told_by`: the source of the disclosure's event, where two have the same id.
    """
    if ref is not None:
        return secret_of_order(find_order(source, ref, subject))
    if subject is None or disclosure is None:
        raise NotAllowed("name an order, or a person and a disclosure", field="ref")
    note_read(source, subject)
    found = [
        secret_of_disclosure(stream, subject, secrets, act)
        for stream, secrets in secrets_of(source.session, known_streams(source, subject)).items()
        for act in named(secrets.acts, names.PERSONAL_DATA_DISCLOSED)
        if act.order.id == disclosure and told_by in {None, act.order.source}
    ]
    if not found:
        raise NotAllowed(
            "nothing was disclosed about this person under that id", field="disclosure"
        )
    if len(found) > 1:
        raise NotAllowed(
            f"{len(found)} sources disclosed something under that id: name the source as well",
            field="source",
        )
    return found[0]
