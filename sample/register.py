"""The register part of the sample: declared activities and known recipients, from a data file."""

import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.resources import files
from random import Random
from typing import Any, NamedTuple

from sample.event import Ground, Publication, office_hour, publish
from schemas import names

SUBSCRIPTION = Ground("subscription-management", "6-1-b")
DELIVERY = Ground("service-delivery", "6-1-b")
CALLS = Ground("call-handling", "6-1-b")
BILLING = Ground("billing", "6-1-b")
CARE = Ground("customer-care", "6-1-b")
PORTAL = Ground("portal-and-app", "6-1-b")
ADDRESS_BOOK = Ground("portal-and-app", "6-1-a")
ANALYTICS = Ground("website-analytics", "6-1-a")
MARKETING = Ground("direct-marketing", "6-1-a")
CREDIT = Ground("credit-assessment", "6-1-f")
COLLECTION = Ground("debt-collection", "6-1-f")
TAX = Ground("tax-administration", "6-1-c", "nl.awr.53")
EMERGENCY = Ground("emergency-calls", "6-1-c", "nl.tw.11.10")
DISPUTES = Ground("dispute-handling", "6-1-f")
DIRECTORY = Ground("paper-directory", "6-1-a")
FRAUD = Ground("fraud-prevention", "6-1-f")
MALICIOUS_CALLS = Ground("malicious-calls", "6-1-c", "nl.tw.11.11")
RIGHTS = Ground("privacy-rights", "6-1-c", "eu.gdpr.12")
SECURITY = Ground("security-incidents", "6-1-c", "eu.gdpr.33")
STAFF = Ground("staff-administration", "6-1-b")
# An activity without a declaration: it is the drift that the register must show.
UNDECLARED = Ground("speech-analytics-pilot", "6-1-f")

SOURCE = "privacy-office"
# The events of one entry's history: its first, each change, its end.
NAMES = {
    "activity": (
        names.PROCESSING_ACTIVITY_DECLARED,
        names.PROCESSING_ACTIVITY_CHANGED,
        names.PROCESSING_ACTIVITY_RETIRED,
    ),
    "recipient": (names.RECIPIENT_REGISTERED, names.RECIPIENT_CHANGED, names.RECIPIENT_ENDED),
}
# The fact that carries the day itself, for the types that have one.
DATES = {
    names.RECIPIENT_REGISTERED: "valid_from",
    names.RECIPIENT_CHANGED: "valid_from",
    names.RECIPIENT_ENDED: "valid_to",
}
# Members of the data file that say when something happens and are not facts.
TIMING = frozenset({"id", "at", "changes", "ended"})


class Era(NamedTuple):
    """The local days that the sample covers, as midnights: from `first` up to, not in, `end`."""

    first: datetime
    end: datetime

    def day(self, share: float) -> datetime:
        """The midnight at a share of the era, 0 to 1."""
        return self.first + timedelta(days=int((self.end - self.first).days * share))


def register(rng: Random, era: Era) -> list[Publication]:
    """Every event of the register, unsorted; subjects are `activity/…` and `recipient/…`."""
    data = tomllib.loads((files("sample") / "register.toml").read_text("utf-8"))
    published: list[Publication] = []
    for kind, types in NAMES.items():
        for entry in data[kind]:
            for share, name, facts in _history(types, {**data["defaults"][kind], **entry}):
                at = office_hour(rng, era.day(share))
                dated = {DATES[name]: at.date().isoformat()} if name in DATES else {}
                subject = f"{kind}/{entry['id']}"
                published.append(
                    publish(rng, at, SOURCE, name, subject=subject, data={**facts, **dated})
                )
    return published


def _history(
    types: tuple[str, str, str], entry: dict[str, Any]
) -> Iterator[tuple[float, str, dict[str, Any]]]:
    first, changed, retired = types
    facts = {name: value for name, value in entry.items() if name not in TIMING}
    yield entry["at"], first, facts
    for change in entry.get("changes", ()):
        facts = {**facts, **{name: value for name, value in change.items() if name not in TIMING}}
        yield change["at"], changed, facts
    if "ended" in entry:
        yield entry["ended"]["at"], retired, {"reason": entry["ended"]["reason"]}
