"""One customer of the sample: who it is, when it came and went, and its first event."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sample import people
from sample.acts import Somebody, notice_version
from sample.event import Publication, act, below, office_hour, pick, publish, seeded, waking_hour
from sample.register import SUBSCRIPTION, Era
from sample.terms import Terms
from schemas import names
from schemas.names import type_of

FIRST_NUMBER = 10_001
KINDS = (*("consumer",) * 6, *("sole-trader",) * 2, *("legal-entity",) * 2)
# A fifth of the customers leave again.
LEAVERS = 0.2
ENDLESS = timedelta(days=36_500)
SWITCHES = {type_of(names.ACCOUNT_DEACTIVATED), type_of(names.ACCOUNT_REACTIVATED)}


@dataclass(frozen=True)
class CustomerLife:
    """A customer between the local moments `opened` and `closed` (its leaving, or the era's end).

    `rng` is the customer's own: its story does not change with the size of the sample.
    """

    rng: Random
    number: int
    kind: str
    name: str
    opened: datetime
    closed: datetime
    leaves: bool
    era: Era

    @property
    def subject(self) -> str:
        """The reference of the customer."""
        return f"customer/{self.number}"

    def contact(self, index: int) -> Somebody:
        """One of the customer's contact persons: a data subject of its own."""
        return Somebody(self.rng, f"{self.subject}/contact/{index}")

    def usual(self, terms: Terms) -> Terms:
        """The data that a recipient usually gets about a customer of this kind."""
        return terms.for_kind(self.kind)

    def day(self, share: float) -> datetime:
        """The moment at a share of the life; shares from 0.03 to 0.93 keep clear of its ends."""
        return self.opened + (self.closed - self.opened) * share

    def office(self, share: float) -> datetime:
        """A moment in office hours about a share of the life."""
        return office_hour(self.rng, self.day(share))

    def free(self, share: float) -> datetime:
        """A moment on any day, morning to evening, about a share of the life."""
        return waking_hour(self.rng, self.day(share))

    def soon(self, days: int) -> datetime:
        """A moment in office hours, one to `days` (at most 21) days after opening."""
        return office_hour(self.rng, self.opened + timedelta(days=1 + below(self.rng, days)))

    def between(self, low: float, high: float) -> float:
        """A share somewhere between two others."""
        return low + (high - low) * self.rng.random()


def customer(seed: int, index: int, customers: int, era: Era) -> CustomerLife:
    """The customer with this index, 0 up to `customers`; a higher index came later.

    A customer has at least 80 days to live in the sample, and one that leaves has at least 30.
    """
    number = FIRST_NUMBER + index
    rng = seeded(seed, str(number))
    opened = waking_hour(rng, era.day(0.02 + 0.9 * (index + rng.random()) / customers))
    leaves = rng.random() < LEAVERS
    stay = (era.end - opened) * (0.4 + 0.5 * rng.random()) if leaves else era.end - opened
    closed = waking_hour(rng, opened + stay) if leaves else era.end
    return CustomerLife(
        rng, number, pick(rng, KINDS), people.full_name(rng), opened, closed, leaves, era
    )


def identity(life: CustomerLife) -> dict[str, Any]:
    """Everything that a customer of this kind fills in to become one."""
    rng = life.rng
    values: dict[str, Any] = {}
    holder = life.name
    if life.kind != "legal-entity":
        values["name"] = life.name
    if life.kind == "consumer":
        values["date_of_birth"] = people.birth_date(rng)
    else:
        values |= people.company(rng)
        holder = values["company_name"]
        values["invoice_email"] = people.invoice_email(rng)
        values["fixed_number"] = people.fixed_number(rng)
    if life.kind != "legal-entity":
        values["email"] = people.email(rng, life.name)
        values["mobile_number"] = people.mobile_number(rng)
    return values | people.address(rng) | people.payment(rng, holder)


def registered(life: CustomerLife, **attributes: Any) -> Publication:
    """`customer-registered`: the first event of every customer."""
    facts: dict[str, Any] = {
        "customer_kind": life.kind,
        "channel": pick(life.rng, ("portal", "portal", "phone", "shop")),
        "notice_version": notice_version(life.opened),
    }
    data = act(SUBSCRIPTION, personal=identity(life), **facts)
    return publish(
        life.rng,
        life.opened,
        "order-portal",
        names.CUSTOMER_REGISTERED,
        subject=life.subject,
        data=data,
        **attributes,
    )


def pauses(events: list[Publication]) -> tuple[tuple[datetime, datetime], ...]:
    """The intervals in which the account of these events is not active, in order."""
    moments = sorted(event.published for event in events if event.event["type"] in SWITCHES)
    if len(moments) % 2:
        moments.append(moments[-1] + ENDLESS)
    return tuple(zip(moments[::2], moments[1::2], strict=True))
