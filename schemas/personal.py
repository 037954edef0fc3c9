"""Personal fields: which exist, which data category each belongs to, which format each has.

Owns the table of the contract. `personal` is the only member of an event that may carry personal
data, so a field that is missing here cannot be recorded at all.
"""

import re
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, get_args, get_type_hints

from msgspec import UNSET, Meta, Struct, UnsetType

from schemas import formats

DataCategory = Literal[
    "identity",
    "address",
    "contact",
    "payment",
    "service",
    "traffic",
    "location",
    "device",
    "behaviour",
    "credit",
    "debt",
    "credential",
    "correspondence",
    "fraud",
    "staff",
]
"""The categories that an event may list in `categories`."""

SealedCategory = Literal[DataCategory, "remark"]
"""`remark` is sealed and erased like the rest, and never listed in `categories`."""

REMARK = "remark"
Remarks = Annotated[
    bool,
    Meta(description="Whether it is about free remarks as well, which `categories` never lists."),
]
LISTED_CATEGORIES: tuple[str, ...] = get_args(DataCategory)
CATEGORIES: tuple[str, ...] = get_args(SealedCategory)
"""Every category in the order of the contract, `remark` included."""

_Held = TypeVar("_Held")

ByCategory = Annotated[
    dict[SealedCategory, _Held],
    Meta(extra_json_schema={"propertyNames": {"enum": list(CATEGORIES)}}),
]
"""A map from a category to something; its keys are known, and never shown all the same."""

ROLLING_CATEGORIES: frozenset[str] = frozenset(
    {"traffic", "location", "behaviour", "device", "correspondence"}
)
"""Categories whose keys roll on month by month."""

_EVERY = frozenset(CATEGORIES)


def are_all(categories: Collection[str]) -> bool:
    """Whether these are all categories: who loses them all is erased wholly, the reference too."""
    return _EVERY.issubset(categories)


Single = str | int | float | bool
Value = Single | list[Single]


def each_of(value: Value) -> Sequence[Single]:
    """The values that a personal value is: several where it is a list."""
    return value if isinstance(value, list) else (value,)


_CATEGORY = "x-data-category"


def _in(category: str) -> Meta:
    """The annotation that puts a field into its data category."""
    return Meta(extra_json_schema={_CATEGORY: category})


Identity = Annotated[Value | UnsetType, _in("identity")]
Address = Annotated[Value | UnsetType, _in("address")]
Contact = Annotated[Value | UnsetType, _in("contact")]
Payment = Annotated[Value | UnsetType, _in("payment")]
Service = Annotated[Value | UnsetType, _in("service")]
Traffic = Annotated[Value | UnsetType, _in("traffic")]
Location = Annotated[Value | UnsetType, _in("location")]
Device = Annotated[Value | UnsetType, _in("device")]
Behaviour = Annotated[Value | UnsetType, _in("behaviour")]
Credit = Annotated[Value | UnsetType, _in("credit")]
Debt = Annotated[Value | UnsetType, _in("debt")]
Credential = Annotated[Value | UnsetType, _in("credential")]
Correspondence = Annotated[Value | UnsetType, _in("correspondence")]
Fraud = Annotated[Value | UnsetType, _in("fraud")]
Staff = Annotated[Value | UnsetType, _in("staff")]
Remark = Annotated[Value | UnsetType, _in("remark")]


class Personal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Personal data about the subject: field to value, sealed under the key of its category.

    A value is a string, a number, a boolean or a flat list of them.
    """

    name: Identity = UNSET
    company_name: Identity = UNSET
    kvk_number: Identity = UNSET
    contact_person_name: Identity = UNSET
    date_of_birth: Identity = UNSET
    street: Address = UNSET
    house_number: Address = UNSET
    postcode: Address = UNSET
    city: Address = UNSET
    country: Address = UNSET
    email: Contact = UNSET
    mobile_number: Contact = UNSET
    fixed_number: Contact = UNSET
    invoice_email: Contact = UNSET
    iban: Payment = UNSET
    account_holder: Payment = UNSET
    payment_method: Payment = UNSET
    assigned_numbers: Service = UNSET
    sim_iccid: Service = UNSET
    service_ids: Service = UNSET
    called_number: Traffic = UNSET
    calling_number: Traffic = UNSET
    call_started_at: Traffic = UNSET
    call_duration_s: Traffic = UNSET
    cell_id: Location = UNSET
    latitude: Location = UNSET
    longitude: Location = UNSET
    location_text: Location = UNSET
    device_id: Device = UNSET
    ip_address: Device = UNSET
    user_agent: Device = UNSET
    operating_system: Device = UNSET
    cookie_id: Behaviour = UNSET
    visited_pages: Behaviour = UNSET
    credit_score: Credit = UNSET
    credit_outcome: Credit = UNSET
    claim_amount: Debt = UNSET
    invoice_numbers: Debt = UNSET
    login_name: Credential = UNSET
    letter_text: Correspondence = UNSET
    ticket_text: Correspondence = UNSET
    fraud_signal: Fraud = UNSET
    employee_name: Staff = UNSET
    vog_reference: Staff = UNSET
    remark: Remark = UNSET


def _category_of(annotation: Any) -> str:
    """The data category that a field's annotation names."""
    extra: dict[str, str] = annotation.__metadata__[0].extra_json_schema
    return extra[_CATEGORY]


PERSONAL_FIELDS: dict[str, str] = {
    field: _category_of(annotation)
    for field, annotation in get_type_hints(Personal, include_extras=True).items()
}
"""Field -> category, in the order of the contract."""

if TYPE_CHECKING:
    FieldName = str
else:
    FieldName = Literal[tuple(PERSONAL_FIELDS)]


# Not as patterns of the struct: a pattern inside a union with a list makes the garbage collector
# crash (msgspec issue 717).
FORMATS: dict[str, str] = {
    "kvk_number": formats.KVK,
    "postcode": formats.POSTCODE,
    "email": formats.EMAIL,
    "invoice_email": formats.EMAIL,
    "mobile_number": formats.E164,
    "fixed_number": formats.E164,
    "iban": formats.IBAN,
}
"""Field -> pattern of its value, or of each member of a list; the values of all others are free."""

_FITS: dict[str, Callable[[str], object]] = {
    field: re.compile(pattern).match for field, pattern in FORMATS.items()
} | {"iban": formats.has_iban_check_digits}


Fit = tuple[str, Callable[[str], object]]
"""A member, and what a text of it must fit."""


def formatted_in(fields: tuple[str, ...]) -> tuple[Fit, ...]:
    """The fields, among the given, that have a format."""
    return _demands(fields)[1]


def unfit_field(personal: dict[str, Any], categories: Sequence[str]) -> str | None:
    """The pointer of a fault in a `personal` that the struct has accepted; None without a fault.

    The pointer, below `personal`, of a value with a wrong format; an empty one when the category of some
    field, `remark` aside, is not among `categories`.
    """
    categories_needed, formatted = _demands(tuple(personal))
    for category in categories_needed:
        if category not in categories:
            return ""
    for field, fits in formatted:
        value = personal[field]
        if isinstance(value, str) and fits(value):
            continue
        below = _malformed(value, fits)
        if below is not None:
            return f"/{field}{below}"
    return None


@lru_cache(maxsize=1024)
def _demands(
    fields: tuple[str, ...],
) -> tuple[frozenset[str], tuple[Fit, ...]]:
    """The categories that must be listed for these fields, and those that have a format.

    Cached: messages of one kind carry the same fields.
    """
    categories = {PERSONAL_FIELDS[field] for field in fields} - {REMARK}
    formatted = tuple((field, _FITS[field]) for field in fields if field in _FITS)
    return frozenset(categories), formatted


def _malformed(value: Any, fits: Callable[[str], object]) -> str | None:
    """The pointer below a field of a value, or a member of a list, with a wrong format."""
    if not isinstance(value, list):
        return ""
    for place, item in enumerate(value):
        if not (isinstance(item, str) and fits(item)):
            return f"/{place}"
    return None
