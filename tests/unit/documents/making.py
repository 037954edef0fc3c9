"""Forms for tests: complete ones, and the same with something changed."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from msgspec import json

from documents.order_forms import FormRefused, Problem, received

Table = dict[str, Any]

EPOC: Table = {
    "form": "epoc",
    "A": {
        "issuing_state": "DE",
        "issuing_authority": "Staatsanwaltschaft Beispielstadt",
        "file_number": "345 Js 12/26",
        "recipient": "sta-beispielstadt",
    },
    "B": {"addressee": "VoipZeker"},
    "C": {"deadline": ["ten-days"]},
    "EF": [
        {
            "phone": ["+31 20 123 45 67"],
            "category": ["user-information"],
            "from": "2026-10-01T00:00:00+02:00",
            "to": "2026-11-01T00:00:00+01:00",
        }
    ],
    "G": {"purpose": "criminal-proceedings", "offence": "fraud"},
    "I": {"issuer_kind": "judge", "signed_on": "2026-11-20"},
    "L": {"transfer_to": "issuing-authority"},
}
EPOC_PR: Table = {
    "form": "epoc-pr",
    "A": EPOC["A"],
    "B": EPOC["B"],
    "CD": [{"email": "jan@example.org", "category": ["traffic"]}],
    "E": EPOC["G"],
    "F": {"issuer_kind": "public-prosecutor", "signed_on": "2026-11-20"},
}
EXTENSION: Table = {
    "form": "extension",
    "A": EPOC["A"],
    "B": {"addressee": "VoipZeker", "addressee_file_number": "order-7"},
    "C": {"issued_on": "2026-11-01"},
    "D": {"extended_until": "2027-01-30"},
    "E": {"issuer_kind": "judge", "signed_on": "2026-12-20"},
}
CONFIRMATION: Table = EXTENSION | {
    "form": "confirmation",
    "D": {"instrument": "production-order", "requested_on": "2026-12-01"},
}
NATIONAL: Table = {
    "form": "national",
    "A": {
        "provision": "126na",
        "kind": "information",
        "issued_by": "investigating-officer",
        "recipient": "politie-amsterdam",
        "file_number": "PL1300-2026001",
        "other_deadline": "2026-11-30T17:00:00+01:00",
        "urgent": True,
    },
    "B": [{"subject": "customer/10023", "category": ["user-information"]}],
}
OBJECTION: Table = {
    "form": "objection",
    "A": {"certificate": "epoc"},
    "B": {
        "issuing_authority": "Staatsanwaltschaft Beispielstadt",
        "file_number": "345 Js 12/26",
        "issued_on": "2026-11-20",
        "received_on": "2026-11-21",
    },
    "C": {"addressee": "VoipZeker", "addressee_file_number": "order-7"},
    "D": {"reason": ["incomplete", "not-held"], "explanation": "The number was not assigned."},
    "G": {"kept": "preserved"},
    "H": {
        "responder": "VoipZeker",
        "responder_contact": ["desk@example.org", "+31201234567"],
        "signed_by": "A. Jansen, privacy officer",
        "signed_on": "2026-11-24",
    },
}
ALL = {
    table["form"]: table for table in (EPOC, EPOC_PR, EXTENSION, CONFIRMATION, NATIONAL, OBJECTION)
}
REMOVED = object()


def changed(table: Table, **changes: object) -> Table:
    """A form with fields changed, named by section and field: `A__issuing_state`, `EF__0__from`."""
    copy = deepcopy(table)
    for path, value in changes.items():
        *above, last = [int(name) if name.isdecimal() else name for name in path.split("__")]
        place: Any = copy
        for name in above:
            place = place.setdefault(name, {}) if isinstance(name, str) else place[name]
        if value is REMOVED:
            del place[last]
        else:
            place[last] = value
    return copy


def written(table: Table) -> bytes:
    """A form as a file in JSON."""
    return json.encode(table)


def refused(work: Callable[[], object]) -> FormRefused:
    """The refusal that a piece of work ends with."""
    try:
        work()
    except FormRefused as error:
        return error
    raise AssertionError("nothing was refused")


def codes(table: Table, **changes: object) -> set[tuple[str, str, str]]:
    """Section, field and code of all that is wrong with a form."""
    return {(one.section, one.field, one.code) for one in wrong(written(changed(table, **changes)))}


def wrong(document: bytes, authority: str | None = None) -> tuple[Problem, ...]:
    """All that is wrong with a document: it marks what is received, or refuses it."""
    try:
        read = received(document, authority)
    except FormRefused as error:
        return error.problems
    faults = {problem.code for problem in read.wrong}
    assert all({*order.form_faults} == faults for order in read.orders)
    return read.wrong
