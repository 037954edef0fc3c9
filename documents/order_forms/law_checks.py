"""Whether what a form says goes together, and with Regulation (EU) 2023/1543. Pure.

A contradiction is never solved by choosing: both sides are in the document, and a person must ask which one
is meant. Art. 4 (who may order or validate) and art. 5(4) (offences) are `unconfirmed` (ADR 72).
"""

from collections.abc import Callable, Iterator
from datetime import date

from documents.order_forms.catalogue import groups_of
from documents.order_forms.filled import Filled, Part
from documents.order_forms.identifiers import identifier_problems
from documents.order_forms.problems import Problem
from documents.order_forms.shape_checks import day_of
from rulebook import provision
from rulebook.calendar import AMSTERDAM
from schemas.formats import instant_of, is_plausible

EUROPEAN = "eu.2023.1543"
_EMERGENCIES = {"eight-hours-life", "eight-hours-infrastructure"}
_AFTER_NOTIFICATION = "ten-days-after-notification"


def law_problems(filled: Filled) -> Iterator[Problem]:
    """All that contradicts itself or the law."""
    for check in _CHECKS[filled.code]:
        yield from check(filled)


def _problem(filled: Filled, code: str, block: str, field: str, number: int = 0) -> Problem:
    section = filled.form.section_with(block)
    return Problem(code, filled.code, section.letter if section else "", field, number)


def _deadlines(filled: Filled) -> Iterator[Problem]:
    named = set(filled.all("deadline"))
    kinds = named - _EMERGENCIES
    if len(kinds) > 1 or (kinds and named & _EMERGENCIES):
        yield _problem(filled, "deadlines-contradict", "deadline", "deadline")
    elif _AFTER_NOTIFICATION in named and not filled.block("notified"):
        yield _problem(filled, "notification-missing", "notified", "enforcing_authority")
    elif named == {"ten-days"} and filled.block("notified"):
        yield _problem(filled, "notification-unexpected", "deadline", "deadline")


def _own_deadline(filled: Filled) -> Iterator[Problem]:
    text, signed = filled.one("other_deadline"), day_of(filled.one("signed_on"))
    instant = instant_of(text) if text else None
    if instant is None or signed is None or not is_plausible(instant):
        return
    if instant.astimezone(AMSTERDAM).date() < signed:
        block = "deadline" if filled.form.section_with("deadline") else "ordered"
        yield _problem(filled, "deadline-before-signature", block, "other_deadline")


def _validation(filled: Filled) -> Iterator[Problem]:
    """Art. 4(1) to (3) and (5): who may order alone, and who needs a validation."""
    validated = bool(filled.block("validator"))
    alone = filled.is_yes("without_validation")
    if validated and alone:
        yield _problem(filled, "validation-contradicts", "issuer", "without_validation")
    if filled.one("validating_authority") and not validated:
        yield _problem(filled, "validation-unnamed", "validator", "validator")
    elif filled.one("issuer_kind") == "other-competent-authority" and not validated and not alone:
        yield _problem(filled, "validation-missing", "validator", "validator")


def _judge(filled: Filled) -> Iterator[Problem]:
    """Art. 4(2) and 5(4): traffic data and content."""
    if not groups_of(filled.all("category")) & {"traffic", "content"}:
        return
    issuer, validator = filled.one("issuer_kind"), filled.one("validator_kind")
    if issuer and "judge" not in {issuer, validator}:
        yield _problem(filled, "judge-needed", "issuer", "issuer_kind")
    if not filled.all("offence_basis"):
        yield _problem(filled, "offence-basis-missing", "conditions", "offence_basis")


def _emergency(filled: Filled) -> Iterator[Problem]:
    """Art. 4(5): without validation in an emergency alone."""
    if filled.is_yes("without_validation") and not set(filled.all("deadline")) & _EMERGENCIES:
        yield _problem(filled, "no-emergency", "issuer", "without_validation")


def _evidence(filled: Filled) -> Iterator[Problem]:
    subjects: set[str] = set()
    for number, part in enumerate(filled.block("evidence"), 1):
        for code, field in (*_period(part), *identifier_problems(part)):
            yield _problem(filled, code, "evidence", field, number)
        # Several orders under one reference are about a person each.
        if subjects & {*part.all("subject")}:
            yield _problem(filled, "subject-repeated", "evidence", "subject", number)
        subjects |= {*part.all("subject")}


def _period(part: Part) -> Iterator[tuple[str, str]]:
    begin, end = (instant_of(part.one(name) or "") for name in ("from", "to"))
    if bool(part.all("from")) != bool(part.all("to")):
        yield "period-half", "to" if part.all("from") else "from"
    elif begin and end and end < begin:
        yield "period-reversed", "to"


def _transfer(filled: Filled) -> Iterator[Problem]:
    to = filled.one("transfer_to")
    if to == "validating-authority" and not filled.block("validator"):
        yield _problem(filled, "receiver-missing", "transfer", "transfer_to")
    if to == "other-competent-authority" and not filled.one("transfer_authority"):
        yield _problem(filled, "receiver-missing", "transfer", "transfer_authority")


def _extension(filled: Filled) -> Iterator[Problem]:
    if _is_before(filled, "extended_until", "signed_on"):
        yield _problem(filled, "extension-reversed", "extension", "extended_until")


def _follows(filled: Filled) -> Iterator[Problem]:
    """What follows on an order is later than the order."""
    for block in ("issuer", "responder"):
        if filled.block(block) and _is_before(filled, "signed_on", "issued_on"):
            yield _problem(filled, "signed-before-issue", block, "signed_on")
    if _is_before(filled, "received_on", "issued_on"):
        yield _problem(filled, "received-before-issue", "authorities", "received_on")


def _is_before(filled: Filled, one: str, other: str) -> bool:
    days: list[date | None] = [day_of(filled.one(name)) for name in (one, other)]
    first, second = days
    return first is not None and second is not None and first < second


def _objection(filled: Filled) -> Iterator[Problem]:
    foreign, explained = "third-country-law" in filled.all("reason"), filled.block("conflict")
    if foreign and not explained:
        yield _problem(filled, "conflict-unexplained", "conflict", "")
    if explained and not foreign:
        yield _problem(filled, "conflict-unexpected", "reasons", "reason")
    if filled.one("kept") == "not-preserved" and not filled.one("not_kept_reason"):
        yield _problem(filled, "not-kept-unexplained", "kept", "not_kept_reason")


def _provision(filled: Filled) -> Iterator[Problem]:
    spelled = filled.one("provision")
    known = provision(spelled) if spelled else None
    if known and known.id.startswith(EUROPEAN):
        yield _problem(filled, "provision-not-for-form", "ordered", "provision")


_CHECKS: dict[str, tuple[Callable[[Filled], Iterator[Problem]], ...]] = {
    "epoc": (_deadlines, _own_deadline, _validation, _judge, _emergency, _evidence, _transfer),
    "epoc-pr": (_validation, _evidence),
    "objection": (_objection, _follows),
    "confirmation": (_validation, _follows),
    "extension": (_validation, _extension, _follows),
    "national": (_provision, _own_deadline, _evidence),
}
