"""View `consent_status`: for each person and purpose the act that decides, and what it means at a time.

A row of a purpose holds the deciding act with its facts. Whether a consent has expired depends on a clock,
whether it is effective also on accounts and objections: `consent_answer` says both, for the reading edge.
Beside them stand the person's other choices (`dossier/choices.py`): objections, cookies, permissions.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

import msgspec

from ledger.event import RecordedEvent
from projections.dossier.choices import CHOICES, Choice, choose, objections_to, subkey_of
from projections.dossier.relationships import Relationship, is_former
from projections.folds.compression import RowCompression
from projections.folds.view import Order, View, order_of
from projections.views.customer_state import Status
from rulebook.calendar import day_of
from rulebook.consent_validity import Lack, consent_lack
from rulebook.purposes import is_direct_marketing
from schemas import names
from schemas.formats import instant_of

ConsentStatus = Literal["given", "refused", "withdrawn", "expired", "invalidated"]
Act = Literal["given", "renewed", "refused", "withdrawn", "invalidated"]
# The rank: what takes consent away beats what gives it at the same time.
_ACTS: dict[str, tuple[Act, int]] = {
    names.CONSENT_GIVEN: ("given", 0),
    names.CONSENT_RENEWED: ("renewed", 0),
    names.CONSENT_REFUSED: ("refused", 1),
    names.CONSENT_WITHDRAWN: ("withdrawn", 1),
    names.CONSENT_INVALIDATED: ("invalidated", 1),
}


class Consent(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="consent"):
    """The act that decides a consent, and the facts of that act."""

    order: Order
    act: Act
    facts: dict[str, Any]

    @property
    def purpose(self) -> str:
        """The purpose of the consent."""
        return str(self.facts["purpose"])

    @property
    def since(self) -> datetime:
        """When the deciding act occurred."""
        return self.order.time

    @property
    def valid_until(self) -> datetime | None:
        """The instant from which a given consent is expired, in UTC."""
        text = self.facts.get("valid_until")
        return instant_of(text) if text else None


Row = Consent | Choice


def keys(event: RecordedEvent) -> tuple[str, ...]:
    """An act on a consent touches the row of its purpose, another choice one of its own."""
    if event.name in _ACTS:
        return (event.facts["purpose"],)
    return (subkey_of(event),) if event.name in CHOICES else ()


def evolve(state: Row | None, event: RecordedEvent) -> Row:
    """The later of two acts decides."""
    deed = act_of(event) if event.name in _ACTS else choose(event)
    return state if state and deed.order < state.order else deed


def act_of(event: RecordedEvent) -> Consent:
    """An act on a consent as if it were the deciding one. Raises KeyError for any other event."""
    act, rank = _ACTS[event.name]
    return Consent(order_of(event, rank), act, event.facts)


def consents_among(rows: Iterable[Row]) -> list[Consent]:
    """The consents among the rows of a person, sorted by purpose."""
    consents = [row for row in rows if isinstance(row, Consent)]
    return sorted(consents, key=lambda row: row.purpose)


Hindrance = Literal[
    "expired",
    "refused",
    "withdrawn",
    "invalidated",
    "no-act",
    "no-parent",
    "not-own",
    "former-relationship",
    "inactive",
    "erased",
    "customer-inactive",
    "objected",
    "objects",
]
"""Why a consent has no effect."""


class ConsentAnswer(msgspec.Struct, frozen=True):
    """A consent as of a moment. `why`: in words, why it is effective or not. `hindrance`: a code why not."""

    purpose: str
    status: ConsentStatus
    since: datetime
    text_version: str | None
    channel: str | None
    valid_until: datetime | None
    effective: bool
    why: str
    method: str | None = None
    reason: str | None = None
    hindrance: Hindrance | None = None


class Giver(NamedTuple):
    """The person who consented. `objects`: to direct marketing as such; then no consent has an effect.

    `born`: the birthday, if known: a child needs a parent (UAVG Art. 5). `relationships`: those of the
    consent or later.
    """

    objects: bool = False
    born: date | None = None
    relationships: Sequence[Relationship] = ()


ANYBODY = Giver()
"""Of whom nothing is known."""


def consent_answer(
    row: Consent,
    account_status: Status,
    customer_status: Status | None,
    clock: datetime,
    choices: Iterable[Choice] = (),
    giver: Giver = ANYBODY,
) -> ConsentAnswer:
    """The effect of a consent at `clock`.

    `account_status`: of the person. `customer_status`: for a contact person, that of the customer's account,
    on which the effect depends as well; otherwise None. `choices`: of the person.
    """
    status = status_at(row, clock)
    channels = objections_to(row.purpose, row.order, choices)
    hindrance = hindrance_of_act(row, giver, clock) or _of_account(account_status, customer_status)
    if hindrance is None and channels:
        hindrance = "objected"
    if hindrance is None and giver.objects and is_direct_marketing(row.purpose):
        hindrance = "objects"
    return ConsentAnswer(
        purpose=row.purpose,
        status=status,
        since=row.since,
        text_version=row.facts.get("text_version"),
        channel=row.facts.get("channel"),
        valid_until=row.valid_until,
        effective=hindrance is None,
        why=_words(row, hindrance, channels),
        hindrance=hindrance,
        method=row.facts.get("method"),
        reason=row.facts.get("reason"),
    )


def lack_of(row: Consent, born: date | None = None) -> Lack | None:
    """The reason why a given consent is not valid; None: it is valid, or it was not given."""
    if row.act not in {"given", "renewed"}:
        return None
    facts = row.facts
    return consent_lack(facts.get("method"), facts.get("given_by"), day_of(row.since), born)


def status_at(row: Consent, clock: datetime) -> ConsentStatus:
    """Status of a consent at a time that is not before its deciding act."""
    if row.act in {"given", "renewed"}:
        until = row.valid_until
        return "expired" if until and until <= clock else "given"
    return row.act  # type: ignore[return-value]  # the two others are handled above


def hindrance_of_act(row: Consent, giver: Giver, clock: datetime) -> Hindrance | None:
    """Why a consent does not stand at a time, whatever becomes of the account; None: it stands."""
    status = status_at(row, clock)
    if status != "given":
        return status
    if lack := lack_of(row, giver.born):
        return lack
    return "former-relationship" if is_former(giver.relationships, row.since, clock) else None


def _of_account(account: Status, customer: Status | None) -> Hindrance | None:
    """The hindrance that an account is; None: no hindrance."""
    if account != "active":
        return account
    return None if customer in {None, "active"} else "customer-inactive"


def _words(row: Consent, hindrance: Hindrance | None, channels: Iterable[str]) -> str:
    """Why a consent has an effect, or has none."""
    if hindrance is None:
        return "it was given and still holds"
    if hindrance == "expired":
        assert row.valid_until
        return f"it expired on {row.valid_until:%Y-%m-%d}"
    if hindrance == "objected":
        return f"the person objected to marketing by {', '.join(channels)} afterwards"
    return _WHY[hindrance]


_WHY: dict[Hindrance, str] = {
    "refused": "the person refused it",
    "withdrawn": "the person withdrew it",
    "invalidated": "it was declared invalid",
    "no-act": "the person did not agree by an act of their own (GDPR Art. 4(11), CJEU C-673/17)",
    "no-parent": "the person was younger than 16, and no parent agreed (UAVG Art. 5)",
    "not-own": "a parent agreed for a person of 16 or older (UAVG Art. 5)",
    "former-relationship": "it was given in an earlier relationship, which says nothing for the present one",
    "inactive": "the account is inactive (policy 3.1)",
    "erased": "the person was erased",
    "customer-inactive": "the account of the customer is not active (policy 3.1)",
    "objects": "the person objected to direct marketing (GDPR Art. 21(3))",
}


def _labels(row: Row) -> tuple[str, ...]:
    """Purpose, act, and the day on which a given consent expires, if it does. Choices are not counted."""
    if isinstance(row, Choice):
        return ()
    is_given = row.act in {"given", "renewed"}
    until = row.valid_until if is_given else None
    act = "given" if is_given else row.act
    return row.purpose, act, f"{until:%Y-%m-%d}" if until else ""


VIEW: View[Row] = View(
    name="consent_status",
    version="5",
    type=Row,
    keys=keys,
    names=frozenset(_ACTS) | CHOICES,
    evolve=lambda _subkey, state, event: evolve(state, event),
    labels=_labels,
    compression=RowCompression(
        "consent_status", "d56d669c0386bb91cdafeb006fff537fa29ec0f6e4cecb12f81d2a170e922fb5"
    ),
)
