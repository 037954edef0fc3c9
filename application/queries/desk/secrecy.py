"""`ledger secrecy list`: what persons may not be told, and by when that is looked at again."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from uuid import UUID

from application.answer import Answer, Name
from application.queries.desk.found_orders import FoundOrder, known_orders, named_orders
from application.queries.desk.found_secrets import (
    FoundSecret,
    secret_of_disclosure,
    secret_of_order,
)
from application.source import Source, each_known, instant_or_none, unless_erased
from projections.folds.timetravel import NOW, Moment
from projections.reading.views import secrets
from projections.views.order_acts import Secrecy
from projections.views.secrecy import VIEW, Secrets, disclosures
from rulebook.calendar import day_of


class SecrecyRow(Answer, frozen=True):
    """The secrecy of an order, or of a disclosure without one. `subject`: null once the person was erased.

    `by`, `evidence` and the hash of that document: of the latest act; null where the provision alone makes it
    secret. `lifted_at`: since when the person may be told. `waits`: how many lifted disclosures of it the
    open ledger lacks still.
    """

    subject: Name | None
    order_ref: str | None
    disclosure_id: str | None
    provision: str | None
    secrecy: Secrecy
    by: str | None
    evidence: str | None
    evidence_sha256: str | None
    review_on: str | None
    overdue: bool
    lifted_at: str | None
    waits: int


class SecrecyList(Answer, frozen=True):
    """What persons may not be told, by when that is looked at again. All are counted, whatever the limit."""

    secrecy: list[SecrecyRow]
    in_force: int
    overdue: int


def secrecy_list(
    source: Source, moment: Moment = NOW, *, everything: bool, limit: int | None = None
) -> SecrecyList:
    """Secrecy as of a moment: what is in force, or lifted and not handed over yet; or all.

    `limit`: at most so many are shown, the most urgent of them.
    """
    time = moment.as_of or source.now
    orders = named_orders(source, known_orders(source, moment))
    people = dict(known_secrets(source, moment))
    streams = source.names(people)
    found = [*_of_orders(orders, people, time), *_of_disclosures(streams, people, orders, time)]
    rows = [
        secrecy_row(secret, time, waits)
        for secret, waits in found
        if everything or waits or secret.until(time).state == "in-force"
    ]
    return SecrecyList(
        secrecy=sorted(rows, key=_urgency)[:limit],
        in_force=sum(row.secrecy == "in-force" for row in rows),
        overdue=sum(row.overdue for row in rows),
    )


def known_secrets(source: Source, moment: Moment) -> list[tuple[UUID, Secrets]]:
    """What persons may not know, as it was known at a moment."""
    if moment.known == NOW:
        return list(secrets(source.session))
    return each_known(source, VIEW, moment.known)


def _of_orders(
    orders: list[FoundOrder], people: Mapping[UUID, Secrets], time: datetime
) -> Iterator[tuple[FoundSecret, int]]:
    """Each order that had been received, and how many lifted disclosures of it the open ledger lacks."""
    for case in orders:
        receipt = case.order.receipt
        if receipt is not None and receipt.time <= time:
            told = disclosures(people.get(case.stream, Secrets()), time)
            waits = sum(one.waits for one in told if one.order_ref == case.order.ref)
            yield secret_of_order(case), waits


def _of_disclosures(
    streams: Mapping[UUID, Name],
    people: Mapping[UUID, Secrets],
    orders: list[FoundOrder],
    time: datetime,
) -> Iterator[tuple[FoundSecret, int]]:
    """Each disclosure of which the desk has no order."""
    known = {(case.stream, case.order.ref) for case in orders}
    for stream, row in people.items():
        for one in disclosures(row, time):
            if (stream, one.order_ref) not in known:
                yield secret_of_disclosure(stream, streams[stream], row, one.act), int(one.waits)


def _urgency(row: SecrecyRow) -> tuple[bool, str, str, str]:
    return (
        row.review_on is None,
        row.review_on or "",
        row.order_ref or row.disclosure_id or "",
        str(row.subject),
    )


def secrecy_row(secret: FoundSecret, time: datetime, waits: int = 0) -> SecrecyRow:
    """How a secret stands at a time."""
    past = secret.until(time)
    latest, review = past.latest, past.review_on
    lifted = past.state == "lifted" and latest is not None
    return SecrecyRow(
        subject=unless_erased(secret.reference),
        order_ref=secret.order_ref,
        disclosure_id=secret.disclosure_id,
        provision=secret.provision,
        secrecy=past.state,
        by=latest.facts["by"] if latest else None,
        evidence=latest.facts["evidence"] if latest else None,
        evidence_sha256=latest.facts.get("sha256") if latest else None,
        review_on=review.isoformat() if review else None,
        overdue=review is not None and review < day_of(time),
        lifted_at=instant_or_none(latest.time if latest and lifted else None),
        waits=waits,
    )
