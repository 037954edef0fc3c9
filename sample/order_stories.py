"""Stories of the invented orders: handled by the book, or with a mistake that a rule names."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeAlias

from msgspec.structs import replace

from sample.order_case import KINDS, Case
from sample.recording import digest
from schemas import names

Story: TypeAlias = Callable[[Case], Case]
POWERLESS = "house.power.missing"


def by_the_book(case: Case) -> Case:
    """Received, checked, executed, confirmed, as its kind asks for."""
    if case.kind.kind == "preservation":
        return _kept_by_a_file(case)
    if case.kind.kind == "interception":
        case.receive().check().step(names.INTERCEPTION_PROVIDED).step(
            names.ORDER_EXECUTED, fields=[]
        )
        return case.step(names.INTERCEPTION_ENDED, 20)
    return case.receive().check().execute().confirm()


def _kept_by_a_file(case: Case) -> Case:
    """A file says that data is kept, and then that it is not: only the desk can do either, by command."""
    case.receive().check().step(names.ORDER_EXECUTED, fields=[])
    return case.freeze(30).breaking(POWERLESS).release(20).breaking(POWERLESS)


def narrowed(case: Case) -> Case:
    """It asks for more than it may have, and gets exactly that."""
    return case.receive(requested_fields=[*case.kind.fields, "credit_score"]).check().execute()


def refused(case: Case) -> Case:
    """It comes from an office that may not order this, and is refused."""
    return case.receive(issued_by="bailiff").step(names.ORDER_REJECTED, ground="wrong-authority")


def objected(case: Case) -> Case:
    """It is incomplete, and the authority is told so."""
    return case.receive().step(
        names.ORDER_OBJECTED, ground="incomplete", form_sha256=digest(case.rng)
    )


def withdrawn(case: Case) -> Case:
    """The authority takes it back."""
    return case.receive().step(names.ORDER_WITHDRAWN, 1, reason="case-closed")


def oral(case: Case) -> Case:
    """It is urgent and oral, and confirmed in writing in time."""
    return case.receive(oral=True, form="oral").check().execute(0.1).confirm("written-order", 2)


def answered_late(case: Case) -> Case:
    """A European order is answered on the fifteenth day."""
    return case.receive().breaking("law.order.answer").check().execute(14)


def urgent_and_late(case: Case) -> Case:
    """An urgent European order is answered after half a day."""
    return case.receive(urgent=True).breaking("law.order.answer").check().execute(0.5)


def too_early(case: Case) -> Case:
    """Data is given while the authority that was notified may still raise a ground."""
    return case.receive(notified=True).check().execute(3).breaking("law.order.early")


def never_written(case: Case) -> Case:
    """It is oral, and never confirmed in writing."""
    return case.receive(oral=True, form="oral").breaking("law.order.oral").check().execute(0.1)


def not_authenticated(case: Case) -> Case:
    """It is executed without a call back."""
    return (
        case.receive().step(names.ORDER_VALIDATED).execute().breaking("house.order.authenticated")
    )


def not_decided(case: Case) -> Case:
    """It is executed without a look at its provision."""
    case.receive().step(names.ORDER_AUTHENTICATED, method="call-back")
    return case.execute().breaking("house.order.decided")


def too_much(case: Case) -> Case:
    """More is given than the order may have."""
    case.receive(requested_fields=[*case.kind.fields, "credit_score"]).check()
    return case.execute(fields=[*case.kind.fields, "credit_score"]).breaking("law.order.fields")


def too_long(case: Case) -> Case:
    """Data from before the period of the order is given."""
    first, last = (case.at + timedelta(days=days) for days in (-30, 0))
    earlier = (first - timedelta(days=9)).date().isoformat()
    until = last.date().isoformat()
    case.receive(period_from=first.date().isoformat(), period_to=until).check()
    return case.execute(period_from=earlier, period_to=until).breaking("law.order.period")


def wrong_office(case: Case) -> Case:
    """It comes from an office that may not order this, and is executed."""
    return case.receive(issued_by="inspector").check().execute().breaking("law.order.authority")


def wrong_recipient(case: Case) -> Case:
    """The data goes to somebody else."""
    return case.receive().check().execute(recipient="politie-oost").breaking("law.order.recipient")


def after_withdrawal(case: Case) -> Case:
    """It is executed although the authority took it back."""
    case.receive().check().step(names.ORDER_WITHDRAWN, reason="case-closed")
    return case.execute(fields=list(case.kind.fields)).breaking("law.order.over")


def unknown_law(case: Case) -> Case:
    """It rests on a provision that the rulebook does not have."""
    case.kind = replace(case.kind, provision="nl.sv.999")
    case.receive().breaking("house.provision.unknown").step(
        names.ORDER_AUTHENTICATED, method="call-back"
    )
    case.breaking("house.provision.unknown").step(names.ORDER_VALIDATED).breaking(
        "house.provision.unknown"
    )
    return case.execute().breaking("house.provision.unknown").breaking("law.order.provision")


def never_received(case: Case) -> Case:
    """A step on an order of which no receipt is known."""
    return case.step(names.ORDER_REJECTED, ground="not-addressed-to-us").breaking(
        "house.order.unknown"
    )


def reviewed_by_a_file(case: Case) -> Case:
    """A file says that secrecy was looked at again: only the desk can review it, by command."""
    case.receive().check().execute()
    on = (case.at + timedelta(days=20)).date().isoformat()
    case.step(
        names.SECRECY_REVIEWED,
        5,
        by="review",
        evidence="review-1",
        outcome="continues",
        review_on=on,
    )
    return case.breaking(POWERLESS)


def never_reviewed(case: Case) -> Case:
    """Secrecy is never looked at again."""
    on = (case.at + timedelta(days=20)).date().isoformat()
    case.receive().check().execute()
    case.step(names.SECRECY_IMPOSED, by="authority", evidence="letter-7", review_on=on)
    return case.breaking("house.secrecy.unreviewed")


def restricted(case: Case) -> Case:
    """Rights are restricted, and that is never looked at again."""
    on = (case.at + timedelta(days=20)).date().isoformat()
    considered = dict.fromkeys("abcdefgh", "considered")
    case.receive().check().execute()
    case.step(names.RESTRICTION_APPLIED, ground="d", considerations=considered, review_on=on)
    return case.breaking("house.restriction.review")


def lifted_by_a_file(case: Case) -> Case:
    """Disclosed under secrecy; a file says that it was lifted, and handed over.

    The person still may not know.
    """
    disclosed = _disclosed(case)
    case.step(names.SECRECY_LIFTED, 30, by="authority", evidence="letter-9").breaking(POWERLESS)
    return case.step(names.DISCLOSURE_HANDED_OVER, disclosure_id=disclosed, sha256=digest(case.rng))


def _disclosed(case: Case) -> str:
    """The order is executed, and its disclosure recorded; the id of that."""
    case.receive().check().step(
        names.PERSONAL_DATA_DISCLOSED,
        about=case.kind.fields,
        recipient=case.kind.authority,
        recipient_kind=case.kind.recipient_kind,
        purpose="criminal-investigation",
        method="push",
        country=case.kind.country,
        fields=list(case.kind.fields),
        necessity_reason="legal-obligation",
        case_ref=case.ref,
        notice="barred",
    )
    disclosed = str(case.steps[-1].event["id"])
    case.steps[-1].event["data"].pop("order_ref")
    case.step(names.ORDER_EXECUTED, fields=list(case.kind.fields), disclosure_id=disclosed)
    return disclosed


# The kind of each order and what becomes of it, the first received first.
STORIES: tuple[tuple[str, Story], ...] = (
    *((kind.code, by_the_book) for kind in KINDS if kind.country == "NL"),
    ("subscriber", narrowed),
    ("traffic", narrowed),
    ("subscriber", refused),
    ("stored", withdrawn),
    ("stored", oral),
    ("subscriber", lifted_by_a_file),
    ("stored", never_written),
    ("subscriber", not_authenticated),
    ("identity", not_decided),
    ("subscriber", too_much),
    ("traffic", too_long),
    ("identity", wrong_office),
    ("subscriber", wrong_recipient),
    ("stored", after_withdrawal),
    ("subscriber", unknown_law),
    ("subscriber", never_received),
    ("subscriber", reviewed_by_a_file),
    ("traffic", never_reviewed),
    ("identity", restricted),
    # The law on European orders is young.
    ("epoc", by_the_book),
    ("epoc-pr", by_the_book),
    ("epoc", objected),
    ("epoc", answered_late),
    ("epoc", urgent_and_late),
    ("epoc", too_early),
)
