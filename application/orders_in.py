"""An order as it came in, before it is judged: what every form of it comes to.

Flags of a command, the Commission's forms for European orders and messages of TS 103 120 all end here. The
form says what its document says; it guesses nothing, and it does not know the rulebook.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct

from schemas.encoding import JsonValue

_NOT_IN_CODES = re.compile(r"[^A-Za-z0-9._/-]+")
_LONGEST_CODE = 64
UNKNOWN_LAW = "unknown-law"
"""Stands for the provision of an order that names none that can be written as a code."""


def as_code(text: str) -> str:
    """A text as a code: what no code may hold becomes a hyphen. The document has it as it was."""
    return _NOT_IN_CODES.sub("-", text).strip("-")[:_LONGEST_CODE]


def nobody_known(ref: str, place: int) -> str:
    """The subject of an order that names no person. `place`: of the order in its document, from 0.

    The orders of one document have one reference, and are about several persons all the same.
    """
    return f"visitor/{ref}-{place}" if place else f"visitor/{ref}"


def is_nobody_known(ref: str, subject: str) -> bool:
    """Whether a subject only stands for whom an order means, so that its values find the person."""
    return re.fullmatch(rf"visitor/{re.escape(ref)}(?:-[1-9][0-9]*)?", subject) is not None


class OrderForm(Struct, frozen=True, kw_only=True):
    """What an order asks, and who orders it. A member that the document does not state has its default.

    `order_ref`: the desk's reference; None: a new one is made. `provision`: an id of the rulebook, or what
    the document names. `authority`: id of a recipient. `issued_by`: who ordered, such as
    `public-prosecutor`. `subject`: whom it is about; None: no person is known yet. `personal`: values that
    it names, by field, which are sealed. `respond_by`: the authority's own last instant. `form`: what it came
    as, and `sha256` of that document. `extends`: the order to preserve that this one follows or prolongs.
    `notified`: an authority of another State was told of it. `form_faults`: what is wrong with the document.
    `authorised_by`: whose authorisation came with it, by office, and the hash of that one's document.
    """

    order_ref: str | None = None
    provision: str
    authority: str
    issued_by: str | None = None
    kind: str | None = None
    country: str | None = None
    requested_fields: Sequence[str] = ()
    subject: str | None = None
    personal: Mapping[str, JsonValue] = {}
    period_from: date | None = None
    period_to: date | None = None
    oral: bool = False
    urgent: bool | None = None
    respond_by: datetime | None = None
    case_ref: str | None = None
    form: str | None = None
    sha256: str | None = None
    extends: str | None = None
    deliver: str | None = None
    notified: bool | None = None
    form_faults: Sequence[str] = ()
    authorised_by: str | None = None
    authorisation_sha256: str | None = None
