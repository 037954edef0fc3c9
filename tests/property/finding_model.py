"""A plain model of the findings: all events are judged at once, each by looking at all the others.

It names the rules themselves, so that what they ask is written twice. It knows no rows, no joins and no
increments; periods, countries, provisions and kinds of recipient are taken from the rulebook.
"""

from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import rulebook
from ledger.event import RecordedEvent
from schemas import PERSONAL_FIELDS
from tests.property import view_model
from tests.property.relationship_model import (
    RELATING,
    Events,
    Told,
    as_customer,
    contracts_of,
    day_of,
    is_party,
    is_whole,
    rank,
    running,
    stretches_of,
)
from tests.unit.projections.making import HR, IT

Broken = Iterator[tuple[str, datetime | None]]
"""A rule, and from when it counts if not at once."""
USES = {
    "marketing-message-sent",
    "personal-data-accessed",
    "personal-data-disclosed",
    "emergency-call-disclosed",
    "malicious-call-data-disclosed",
    "number-porting-performed",
    "equipment-shipped",
}
GIVES_AWAY = {
    "personal-data-disclosed",
    "emergency-call-disclosed",
    "malicious-call-data-disclosed",
    "number-porting-performed",
    "equipment-shipped",
}
ANSWERS = {
    *("rights-request-answered", "rights-request-refused"),
    *("access-report-issued", "portability-export-issued"),
}
# What a consent to marketing is about; and what says that something was sold.
CHANNELS = {
    "newsletter": {"email"},
    "product-information": {"email", "sms", "app", "phone", "post"},
    "telemarketing": {"phone"},
}
MARKETING = {"newsletter", "product-information", "telemarketing", "direct-marketing"}
BOUGHT = [
    *("contract-concluded", "contract-changed", "contract-taken-over", "order-placed"),
    *("equipment-shipped", "invoice-sent", "service-activated", "service-extended"),
]
ENDS = ["rights-request-answered", "rights-request-refused"]
STEPS = {
    "identity-verified",
    "identity-verification-failed",
    "rights-request-extended",
    "access-report-issued",
    "portability-export-issued",
}
ON_REQUEST = {*ENDS, *STEPS}


def findings(events: Events, office: str) -> list[tuple[str, str, str, str]]:
    """Source and id of the event, rule, and when it is due; sorted."""
    told = Told(view_model.counted(events, office))
    found = {
        (event.source, event.id, rule, _utc(due))
        for event in told.events
        for rule, due in broken(event, told)
    }
    found |= {(*void, "house.annulment.void", "None") for void in _void(events, told, office)}
    found |= {(*event, "law.retention.passed", _utc(due)) for event, due in _kept(told)}
    systems = [e for e in told.events if not view_model.gives_nobody_power(e, office)]
    found |= {(*first, "house.source.unregistered", "None") for first in _strange(told, systems)}
    found |= {(*first, "house.source.type", "None") for first in _of_others(told, systems)}
    found |= {
        (event.source, event.id, "house.power.missing", "None")
        for event in told.events
        if view_model.gives_nobody_power(event, office)
    }
    found |= {(*read, "house.read.role.missing", "None") for read in _unheld(told, office)}
    return sorted(found)


def _utc(due: datetime | None) -> str:
    return str(due and due.astimezone(UTC))


def broken(event: RecordedEvent, told: Told) -> Broken:
    """The rules that an event breaks."""
    yield from _by_itself(event)
    if event.name in GIVES_AWAY and event.facts.get("direction") != "in":
        yield from _disclosed(event, told)
    if event.name in USES and event.facts.get("direction") != "in":
        yield from _used(event, told)
    if event.name in ON_REQUEST:
        yield from _on_request(event, told)
    judge = JUDGES.get(event.name)
    if judge:
        yield from judge(event, told)


def _by_itself(event: RecordedEvent) -> Broken:
    """Whatever else was told."""
    if event.name == "act-without-power":
        yield "house.power.missing", None
    if event.time < rulebook.FOUNDED:
        yield "house.time.before-founding", None
    if event.name in GIVES_AWAY and event.facts.get("direction") != "in":
        return
    if event.name == "bulk-feed-delivered":
        return
    if event.provision and rulebook.provision(event.provision) is None:
        yield "house.provision.unknown", None
    elif not event.provision and event.legal_basis == "6-1-c":
        yield "law.basis.provision", None


def _used(event: RecordedEvent, told: Told) -> Broken:
    acts = told.of(event, *_OBJECTING, until=event.time, activity_objected=event.activity)
    if event.activity and acts:
        final = _about_marketing(event.activity, told)
        standing = [act for act in acts if act.name != "objection-overruled"]
        if standing if final else acts[-1].name != "objection-overruled":
            yield "law.use.objection", None
    lifts = told.of(event, "processing-restricted", "restriction-lifted", until=event.time)
    last = {category: act.name for act in lifts for category in act.categories}
    beyond = {category for category, name in last.items() if name == "processing-restricted"}
    beyond |= {"contact"} if _decided_to_store(event, told) else set()
    fields = {PERSONAL_FIELDS[field] for field in event.facts.get("fields", [])}
    channel = event.facts.get("channel")
    reached = {"address" if channel == "post" else "contact"} if channel else set()
    free = event.legal_basis == "6-1-a" or bool(
        event.provision and rulebook.provision(event.provision)
    )
    ref = event.facts.get("case_ref")
    asked = told.of(event, "rights-request-received", request_ref=ref)
    asked = asked or told.of(event, "legal-hold-placed", "legal-hold-released", hold_ref=ref)
    if beyond & {*event.categories, *fields, *reached} and not free and not asked:
        yield "law.use.restriction", None


_OBJECTING = "objection-raised", "objection-upheld", "objection-overruled"


def _purposes(activity: str, told: Told) -> set[str] | None:
    """What an activity was ever declared to be for; None when nobody declared it."""
    names = "processing-activity-declared", "processing-activity-changed"
    found = told.of(f"activity/{activity}", *names)
    return {one["purpose"] for act in found for one in act.facts["purposes"]} if found else None


def _about_marketing(activity: str, told: Told) -> bool:
    purposes = _purposes(activity, told)
    return bool((purposes if purposes is not None else {activity}) & MARKETING)


def _objection(event: RecordedEvent, told: Told) -> Broken:
    if _purposes(event.facts["activity_objected"], told) is None:
        yield "house.objection.undeclared", None


def _overruling(event: RecordedEvent, told: Told) -> Broken:
    if _about_marketing(event.facts["activity_objected"], told):
        yield "law.objection.overruled", None


def _decided_to_store(event: RecordedEvent, told: Told) -> bool:
    """Whether it was decided that contact data is only stored, for a hold that stood when it was used."""
    decided = [one for one in told.of(event, "erasure-decided", until=event.time) if one.ours]
    if not decided:
        return False
    last = decided[-1]
    one = last.facts["decisions"]["contact"]
    names = "legal-hold-placed", "legal-hold-released"
    holds = told.of(event, *names, until=event.time, hold_ref=one["ref"])
    anew = told.of(event, "customer-registered", until=event.time)
    return (
        one["decision"] == "restrict"
        and not any(registered.time > last.time for registered in anew)
        and bool(holds)
        and holds[-1].name == "legal-hold-placed"
        and "contact" in holds[-1].categories
    )


def _void(events: Events, told: Told, office: str) -> Iterator[tuple[str, str]]:
    for event in told.events:
        effective = any(view_model.has_effect(event, other, office) for other in events)
        if event.name == "event-annulled" and not effective:
            yield event.source, event.id


def _strange(told: Told, counting: Events) -> Iterator[tuple[str, str]]:
    """For each source that no system has, its earliest event."""
    systems: dict[str, set[str]] = {}
    for event in counting:
        if event.name == "system-registered":
            known = systems.setdefault(str(event.subject).removeprefix("system/"), set())
            known |= set(event.facts.get("sources") or ())
    for source in {event.source for event in told.events if not event.ours}:
        if not any(
            source in listed if listed else source.endswith(f":{system}")
            for system, listed in systems.items()
        ):
            mine = [event for event in told.events if event.source == source]
            first = min(mine, key=lambda event: (event.time, event.id))
            yield first.source, first.id


# Of the sources that the house knows, those that are drawn, and which of the drawn types are theirs.
_OWN = {
    HR: {
        *("employment-ended", "employment-started", "role-defined", "role-granted"),
        *("role-revoked", "vog-presented", "event-annulled"),
    },
    IT: {"system-registered", "event-annulled"},
}


def _of_others(told: Told, counting: Events) -> Iterator[tuple[str, str]]:
    """For each source and type that the house lists for others, the earliest event."""
    types: dict[str, list[str]] = {}
    for event in counting:
        if event.name == "system-registered" and "types" in event.facts:
            types |= dict.fromkeys(event.facts.get("sources") or (), event.facts["types"])
    first: dict[tuple[str, str], RecordedEvent] = {}
    for event in sorted(told.events, key=lambda event: (event.time, event.source, event.id)):
        name = event.facts.get("act", event.name)
        own = _OWN.get(event.source)
        if own is not None and name not in own:
            told_types = types.get(event.source)
            if told_types is None or (told_types and name not in told_types):
                first.setdefault((event.source, name), event)
    return ((event.source, event.id) for event in first.values())


def _unheld(told: Told, office: str) -> Iterator[tuple[str, str]]:
    """Reads that were let through without a role that was granted by who may grant it."""
    for event in told.events:
        if event.name == "ledger-read" and event.facts.get("role_held") is False:
            at, role, who = event.time, event.facts["role"], event.facts["reader"]
            acts = told.of(who, "role-granted", "role-revoked", until=at, role=role)
            acts = [act for act in acts if not view_model.gives_nobody_power(act, office)]
            ended = told.of(who, "employment-ended", until=at)
            last = acts[-1].name if acts else None
            if (
                last != "role-granted"
                or _lapsed(acts[-1], at)
                or (ended and rank(ended[-1]) > rank(acts[-1]))
            ):
                yield event.source, event.id


def _kept(told: Told) -> Iterator[tuple[tuple[str, str], datetime]]:
    """For each category of which somebody's values still open, its oldest event, and until when."""
    for stream in {event.stream for event in told.events}:
        mine = [event for event in told.events if event.stream == stream]
        erasures = [e for e in mine if e.ours and e.name == "personal-data-erased"]
        gone = {key for erasure in erasures for key in erasure.facts["keys_destroyed"]}
        for category in ("contact", "traffic"):
            held = [e for e in mine if category in e.sealed and e.sealed[category].key not in gone]
            if held and not _stands(mine, category):
                first = min(held, key=lambda event: (event.time, event.source, event.id))
                key = first.sealed[category].key
                latest = max(e.time for e in held if e.sealed[category].key == key)
                left = _left(first, latest, told)
                if category == "traffic":
                    yield (first.source, first.id), _after(_month_end(first), category)
                elif left:
                    yield (first.source, first.id), _after(day_of(left), category)


def _stands(mine: Events, category: str) -> bool:
    """Whether something keeps a category, whatever period ends: the latest act on each decides."""
    latest: dict[tuple[str, str], RecordedEvent] = {}
    for event in mine:
        for kind, ref in (("legal-hold", "hold_ref"), ("dispute", "case_ref"), ("restriction", "")):
            if kind in event.name or (
                kind == "restriction" and event.name == "processing-restricted"
            ):
                names = event.categories if kind == "restriction" else [event.facts[ref]]
                latest |= {(kind, name): event for name in names}
        if event.name in {"payment-default-recorded", "collection-closed"}:
            latest["debt", event.facts["invoice_ref"]] = event
    return any(
        (event.name == "legal-hold-placed" and category in event.categories)
        or (event.name == "processing-restricted" and name == category)
        or event.name == "dispute-opened"
        or (event.name == "payment-default-recorded" and category == "contact")
        for (_, name), event in latest.items()
    )


def _left(event: RecordedEvent, latest: datetime, told: Told) -> datetime | None:
    """When the relationship ended that had begun by the month of a value; not before the value itself."""
    found = stretches_of(event, told)
    begun = [end for start, end in found if start is None or _month(start) <= _month(latest)]
    return begun[-1] and max(begun[-1], latest)


def _month(time: datetime) -> tuple[int, int]:
    return time.year, time.month


def _buys(event: RecordedEvent, told: Told, at: datetime) -> bool:
    """Whether something was sold to somebody, or to the contact's customer, in what runs at a time."""
    joined = told.of(event, "contact-person-added")
    is_contact = bool(joined) and not contracts_of(event, told)
    who: Any = joined[-1].facts["customer"] if is_contact else event
    dealt = [e for e in told.of(who, *RELATING) if e.name.startswith("contract-")]
    dealt = [*filter(is_party, dealt), *told.of(who, "order-placed")]
    bought = [e for e in dealt if e.time <= at] if is_contact else told.of(event, *BOUGHT, until=at)
    began = {e.time for e in [*dealt, *told.of(who, "account-reactivated")]}
    return any(
        start in began or any(start is None or start <= one.time for one in bought)
        for start, end in as_customer(who, told)
        if (start is None or start <= at) and not (end and end <= at)
    )


def _month_end(event: RecordedEvent) -> str:
    """The last day of a month in UTC: data of a rolling category goes by the month."""
    time = event.time
    return f"{time.year}-{time.month:02}-{monthrange(time.year, time.month)[1]}"


def _after(day: str, category: str) -> datetime:
    """Two years for contact data, six months for traffic data: the first instant after them."""
    start = date.fromisoformat(day)
    month = start.month - 1 + {"contact": 24, "traffic": 6}[category]
    year, month = start.year + month // 12, month % 12 + 1
    last = min(start.day, monthrange(year, month)[1])
    return datetime(year, month, last, tzinfo=ZoneInfo("Europe/Amsterdam"))


# Disclosures


def _disclosed(event: RecordedEvent, told: Told) -> Broken:
    acts = told.of(
        f"recipient/{event.facts['recipient']}",
        "recipient-registered",
        "recipient-changed",
        "recipient-ended",
    )
    yield from _standing(acts, day_of(event.time))
    version = _version(acts, day_of(event.time))
    kind = event.facts.get("recipient_kind") or (version and version["kind"])
    if version and version["kind"] != kind:
        yield "house.disclosure.kind.mismatch", None
    if kind:
        yield from _too_much(event, kind, told)
    yield from _abroad(event, acts, told)
    if event.name == "personal-data-disclosed":
        yield from _ground(event, kind)
        yield from _special(event, kind, told)


def _standing(acts: Events, day: str) -> Broken:
    """Acts fall apart into periods: a registration after an end begins a new one."""
    periods: list[list[RecordedEvent]] = []
    for act in acts:
        over = periods and any(one.name == "recipient-ended" for one in periods[-1])
        if (act.name != "recipient-ended" and not periods) or (
            act.name == "recipient-registered" and over
        ):
            periods.append([act])
        elif periods:
            periods[-1].append(act)
    spans = [(_start(period), _end(period)) for period in periods]
    begun = [end for start, end in spans if start <= day]
    if not begun:
        yield "house.disclosure.recipient.unregistered", None
    elif all(end is not None and end <= day for end in begun):
        yield "house.disclosure.recipient.ended", None


def _start(period: Events) -> str:
    return min(str(act.facts["valid_from"]) for act in period if act.name != "recipient-ended")


def _end(period: Events) -> str | None:
    ends = [str(act.facts["valid_to"]) for act in period if act.name == "recipient-ended"]
    return ends[-1] if ends else None


def _version(acts: Events, day: str) -> dict[str, Any] | None:
    versions = [act for act in acts if act.name != "recipient-ended"]
    if not versions:
        return None
    versions = sorted(versions, key=lambda act: (act.facts["valid_from"], rank(act)))
    begun = [act for act in versions if act.facts["valid_from"] <= day]
    first = [a for a in versions if a.facts["valid_from"] == versions[0].facts["valid_from"]]
    return dict((begun or first)[-1].facts)


def _too_much(event: RecordedEvent, kind: str, told: Told) -> Broken:
    notices = told.of(event, "recipient-notified", recipient=event.facts["recipient"])
    if any(one.facts["action"] == "erase" and one.time >= event.time for one in notices):
        return
    fields = set(event.facts.get("fields", []))
    named = rulebook.provision(event.provision or "-")
    if named and named.fields and not fields <= set(named.fields):
        yield "law.disclosure.fields.provision", None
    elif rulebook.beyond(kind, fields):
        yield "house.disclosure.fields.kind", None


def _ground(event: RecordedEvent, kind: Any) -> Broken:
    needed, named = kind == "police", rulebook.provision(event.provision or "-")
    if not event.provision and needed:
        yield "law.disclosure.provision.missing", None
    elif not event.provision and event.legal_basis == "6-1-c":
        yield "law.basis.provision", None
    if event.provision and not named:
        yield "law.disclosure.provision.unknown", None
    too_early = event.provision == "eu.2023.1543" and day_of(event.time) < "2026-08-18"
    if (named and not named.applies) or too_early:
        yield "law.disclosure.provision.inapplicable", None
    if named and named.authorities and kind not in named.authorities:
        yield "law.disclosure.authority", None


def _abroad(event: RecordedEvent, acts: Events, told: Told) -> Broken:
    day = day_of(event.time)
    version = _version(acts, day) or {}
    country = event.facts.get("country") or version.get("country")
    if country in (None, "NL"):
        return
    agreed: set[str] = set()
    names = "transfer-agreement-recorded", "transfer-agreement-ended"
    for act in told.of(event, *names, until=event.time):
        countries = set(act.facts["countries"])
        ended = act.name == "transfer-agreement-ended"
        agreed = agreed - (countries or agreed) if ended else agreed | countries
    if country not in agreed:
        yield "house.disclosure.region.agreement", None
    mechanism = event.facts.get("transfer_mechanism") or version.get("transfer_mechanism")
    if country == "US" and mechanism in (None, "none", "dpf") and not _under_dpf(acts, day):
        yield "law.transfer.certification", None
    undecided = country == "IN" or (country == "GB" and day > "2031-12-27")
    if undecided and mechanism in (None, "none", "dpf"):
        yield "law.disclosure.region.mechanism", None


def _under_dpf(acts: Events, day: str) -> bool:
    """Whether the version of the day, or one that starts later, says so."""
    now = _version(acts, day)
    versions = [act for act in acts if act.name != "recipient-ended"]
    versions = sorted(versions, key=lambda act: (act.facts["valid_from"], rank(act)))
    start = next((n for n, act in enumerate(versions) if act.facts == now), 0)
    return any(
        one["framework"] == "dpf" and one["valid_from"] <= day < one.get("valid_to", "9999")
        for act in versions[start:]
        for one in act.facts.get("certifications") or ()
    )


def _special(event: RecordedEvent, kind: Any, told: Told) -> Broken:
    facts = event.facts
    if facts["purpose"] in {"marketing", "sale"}:
        yield "house.disclosure.marketing", None
    fraud = "fraud" in event.categories or "fraud_signal" in facts["fields"]
    if fraud and kind != "police" and event.provision != "nl.uavg.33.4":
        yield "law.disclosure.fraud.permit", None
    if kind == "collection-agency":
        notices = told.of(event, "collection-notice-sent", until=event.time)
        about = [one for one in notices if one.facts["invoice_ref"] == facts["case_ref"]]
        if not any(one.facts["deadline"] < day_of(event.time) for one in about or notices):
            yield "house.disclosure.collection.notice", None
    must_tell = facts.get("notice") == "required" or event.provision == "nl.tw.11.11"
    if must_tell and not _informed(event, event.id, told):
        yield "house.disclosure.informed", rulebook.deadline("disclosure.notice", event.time)


def _informed(event: RecordedEvent, disclosure: str, told: Told) -> bool:
    names = "disclosure-notice-given", "disclosure-notice-withheld"
    return bool(told.of(event, *names, disclosure_id=disclosure))


def _malicious_call(event: RecordedEvent, told: Told) -> Broken:
    if not _informed(event, event.id, told):
        yield "law.malicious-call.informed", rulebook.deadline("disclosure.notice", event.time)


def _notice_requested(event: RecordedEvent, told: Told) -> Broken:
    if not _informed(event, event.facts["disclosure_id"], told):
        yield "house.notice.requested", rulebook.deadline("disclosure.notice", event.time)


# Contact


def _contact(event: RecordedEvent, told: Told) -> Broken:
    at, channel, purpose = event.time, event.facts["channel"], event.facts["purpose"]
    acts = [e for e in told.of(event, *_CONSENTS)]
    past = {e.facts["purpose"]: e for e in acts if e.time <= at}
    held = {name for name, act in past.items() if _holds(act, at) and not _former(act, told, at)}
    known = {e.facts["purpose"] for e in acts}
    about = {name for name, channels in CHANNELS.items() if channel in channels}
    wanted = {purpose} if purpose in known | CHANNELS.keys() else about
    if not held & wanted:
        yield "house.contact.consent", None
    joined = told.of(event, "contact-person-added")
    customer = joined[-1].facts["customer"] if joined else None
    people = [event, customer] if customer else [event]
    if any(_closed(told, person, at) for person in people):
        yield "house.contact.inactive", None
    if _objected(event, told, [past[name] for name in held]):
        yield "law.contact.objection", None
    registered = told.of(event, "customer-registered", until=at)
    kind: Any = registered[-1].facts["customer_kind"] if registered else "consumer"
    person = rulebook.Addressee(
        kind="legal-entity" if customer else kind,
        customer=_buys(event, told, at),
        consents=frozenset(held),
    )
    if channel != "pigeon":
        decision = rulebook.marketing_decision(person, channel, date.fromisoformat(day_of(at)))
        if any(v.layer == "law" and not v.allowed for v in decision.verdicts):
            yield "law.contact.channel", None


_CONSENTS = (
    "consent-given",
    "consent-renewed",
    "consent-withdrawn",
    "consent-refused",
    "consent-invalidated",
)


def _holds(act: RecordedEvent | None, at: datetime) -> bool:
    if act is None or act.name not in _CONSENTS[:2]:
        return False
    until = act.facts.get("valid_until")
    return until is None or at < datetime.fromisoformat(until)


def _former(act: RecordedEvent, told: Told, at: datetime) -> bool:
    """Whether the relationship of an act had made way for another one."""
    stretches = stretches_of(act, told)
    return any(
        (start is None or start <= act.time) and (end and act.time < end) and begun and begun <= at
        for (start, end), (begun, _) in pairwise(stretches)
    )


def _closed(told: Told, person: Any, at: datetime) -> bool:
    acts = told.of(
        person, "account-deactivated", "account-reactivated", "personal-data-erased", until=at
    )
    acts = [a for a in acts if a.name != "personal-data-erased" or is_whole(a)]
    joined = told.of(person, "contact-person-added", "contact-person-removed", until=at)
    if joined and joined[-1].name == "contact-person-removed":
        return True
    begun, end = as_customer(person, told, at)[-1]
    if end or (acts and acts[-1].name == "personal-data-erased"):
        return True
    if not acts or acts[-1].name == "account-reactivated":
        return False
    since = [begun, *(one.time for one in running(person, told, at))]
    return not any(time and time > acts[-1].time for time in since)


_BY_PURPOSE = {
    "newsletter": {"email"},
    "telemarketing": {"phone"},
    "product-information": {"email", "sms", "app", "phone", "post"},
}


def _objected(event: RecordedEvent, told: Told, standing: Sequence[RecordedEvent]) -> bool:
    """An objection to direct marketing; or to the channel or all, without a later standing consent to it."""
    raised = told.of(event, "objection-raised", "objection-upheld", until=event.time)
    if any(_about_marketing(one.facts["activity_objected"], told) for one in raised):
        return True
    channel = event.facts["channel"]
    objections = [
        one
        for one in told.of(event, "marketing-objection-recorded", until=event.time)
        if one.facts["channel"] in {channel, "all", "fax"}
    ]
    about = [one for one in standing if channel in _BY_PURPOSE.get(one.facts["purpose"], ())]
    return any(all(rank(one) < rank(objection) for one in about) for objection in objections)


# Persons


def _credit(event: RecordedEvent, told: Told) -> Broken:
    occasions = [
        *told.of(event, "customer-registered"),
        *told.of(event, "order-placed", large_order=True),
    ]
    if not any(abs(one.time - event.time) <= timedelta(days=30) for one in occasions):
        yield "house.credit.reason", None


def _joined(event: RecordedEvent, told: Told) -> Broken:
    if not told.of(event, "privacy-notice-provided"):
        yield "law.notice.never", rulebook.deadline("notice.indirect", event.time)


def _provided(event: RecordedEvent, told: Told) -> Broken:
    version = event.facts.get("version")
    published = told.of(f"notice/{version}", "privacy-notice-published")
    if not published:
        yield "law.notice.unpublished", None
    elif published[0].time > event.time:
        yield "law.notice.early", None


def _decided(event: RecordedEvent, _told: Told) -> Broken:
    facts = event.facts
    decision = facts.get("decision") or (facts["automated"] and facts["outcome"])
    if decision == "refused" and event.legal_basis not in {"6-1-a", "6-1-b", "6-1-c", "6-1-e"}:
        yield "law.automated.basis", None


def _consented(event: RecordedEvent, _told: Told) -> Broken:
    if event.facts.get("method") == "implied":
        yield "law.consent.no-act", None


def _fed(event: RecordedEvent, told: Told) -> Broken:
    versions = told.of(event, "recipient-registered", "recipient-changed")
    kind = event.facts.get("recipient_kind")
    if not kind and versions:
        ordered = sorted(versions, key=lambda one: str(one.facts["valid_from"]))
        past = [one for one in ordered if str(one.facts["valid_from"]) <= day_of(event.time)]
        kind = (
            past
            or [one for one in ordered if one.facts["valid_from"] == ordered[0].facts["valid_from"]]
        )[-1].facts["kind"]
    if kind == "police" and not event.provision:
        yield "law.disclosure.provision.missing", None
    if kind == "processor" and not event.provision and event.legal_basis == "6-1-c":
        yield "law.basis.provision", None


def _collected(event: RecordedEvent, told: Told) -> Broken:
    notices = told.of(event, "privacy-notice-provided", article="14")
    if event.facts.get("origin") == "third-party" and not notices:
        yield "law.notice.indirect", rulebook.deadline("notice.indirect", event.time)


def _uploaded(event: RecordedEvent, told: Told) -> Broken:
    names = "app-permission-granted", "app-permission-denied", "app-permission-revoked"
    acts = told.of(event, *names, until=event.time, permission="contacts")
    if not acts or acts[-1].name != "app-permission-granted":
        yield "house.permission.contacts", None


def _taken_over(event: RecordedEvent, told: Told) -> Broken:
    parties = {event.facts["from_customer"], event.facts["to_customer"]} - {str(event.stream)}
    ref = event.facts["contract_ref"]
    way = {name: event.facts[name] for name in ("from_customer", "to_customer")}

    def moves(party: Any) -> set[datetime]:
        return {e.time for e in told.of(party, "contract-taken-over", contract_ref=ref, **way)}

    times = {time for time in moves(event) if time <= event.time}
    if any(len(moves(party)) < len(times) for party in parties):
        yield "house.takeover.one-sided", None


def _erased(event: RecordedEvent, _told: Told) -> Broken:
    if not event.ours:
        yield "house.erasure.outside", None


def _misuse(event: RecordedEvent, told: Told) -> Broken:
    due = event.time + timedelta(hours=24)
    warnings = told.of(event, "customer-warned", case_ref=event.facts["case_ref"])
    if not any(one.time < due for one in warnings):
        yield "house.misuse.warning", due


def _complained(event: RecordedEvent, told: Told) -> Broken:
    due = rulebook.deadline("complaint.answer", event.time)
    answers = told.of(event, "complaint-answered", complaint_ref=event.facts["complaint_ref"])
    if not any(event.time <= one.time < due for one in answers):
        yield "house.complaint.answer", due


# Staff


def _accessed(event: RecordedEvent, told: Told) -> Broken:
    at, role, who = event.time, event.facts["role"], event.facts["employee"]
    acts = told.of(who, "role-granted", "role-revoked", until=at, role=role)
    ended = told.of(who, "employment-ended", until=at)
    last = acts[-1] if acts else None
    lapsed = last is None or last.name == "role-revoked" or _lapsed(last, at)
    if lapsed or last is None or (ended and rank(ended[-1]) > rank(last)):
        yield "house.access.role.missing", None
    defined = told.of(f"role/{role}", "role-defined", until=at)
    if not defined:
        yield "house.access.role.undefined", None
    elif not set(event.categories) <= set(defined[-1].categories):
        yield "house.access.role.category", None
    if not _certified(told, who, at):
        yield "house.access.vog", None


def _lapsed(grant: RecordedEvent, at: datetime) -> bool:
    until = grant.facts.get("valid_until")
    return until is not None and datetime.fromisoformat(until) <= at


def _employed(event: RecordedEvent, told: Told) -> Broken:
    if not _certified(told, str(event.stream), event.time):
        yield "house.employment.vog", None


def _certified(told: Told, who: str, at: datetime) -> bool:
    presented = told.of(who, "vog-presented", until=at)
    return any(one.facts["issued_on"] <= day_of(at) for one in presented)


# Deadlines


def _requested(event: RecordedEvent, told: Told) -> Broken:
    ref, received = event.facts["request_ref"], date.fromisoformat(event.facts["received_on"])
    days = _paused(event, told, ref, received)
    if days is None:
        return
    due = rulebook.deadline("rights.answer", received, days)
    if any(e.time < due for e in told.of(event, "rights-request-extended", request_ref=ref)):
        due = rulebook.extended("rights.answer", received, days)
    if not any(e.time < due for e in told.of(event, *ANSWERS, request_ref=ref)):
        yield "law.rights.overdue", due


def _on_request(event: RecordedEvent, told: Told) -> Broken:
    ref = event.facts["request_ref"]
    if not told.of(event, "rights-request-received", request_ref=ref):
        yield "law.rights.receipt", None
    ends = told.of(event, *ENDS, request_ref=ref)
    if event.name in ENDS and event is not ends[0]:
        yield "house.rights.answered", None
    if event.name in STEPS and ends and ends[0].time < event.time:
        yield "house.rights.ended", None


def _extended(event: RecordedEvent, told: Told) -> Broken:
    ref = event.facts["request_ref"]
    requests = told.of(event, "rights-request-received", request_ref=ref)
    received = max((str(one.facts["received_on"]) for one in requests), default=None)
    if received:
        day = date.fromisoformat(received)
        days = _paused(event, told, ref, day)
        if days is not None and event.time >= rulebook.deadline("rights.answer", day, days):
            yield "law.rights.extension", None


def _paused(event: RecordedEvent, told: Told, ref: str, received: date) -> int | None:
    """How many days a request stood still; None: it still does."""
    until = rulebook.deadline("rights.identity", received)
    acts = told.of(event, "identity-verification-failed", "identity-verified", request_ref=ref)
    days, asked = 0, None
    for act in sorted(acts, key=lambda one: (one.time, one.name == "identity-verified")):
        if act.name == "identity-verified":
            if asked:
                days += (date.fromisoformat(day_of(act.time)) - asked).days
            asked = None
        elif "information_asked" in act.facts and act.time < until and asked is None:
            asked = date.fromisoformat(day_of(act.time))
    return days if asked is None else None


def _breached(event: RecordedEvent, told: Told) -> Broken:
    detected = datetime.fromisoformat(event.facts["detected_at"])
    regime = event.facts["regime"]
    reports = told.of(event, "authority-notified", regime=regime)
    risks = told.of(event, "breach-assessed")
    if regime == "telecom":
        due = detected + timedelta(hours=24)
    elif risks and risks[-1].facts["risk"] == "none":
        return
    else:
        due = detected + timedelta(hours=72)
    if not any(one.time < due for one in reports):
        yield "law.breach.authority", due
    if regime == "telecom" and reports:
        due = min(one.time for one in reports) + timedelta(days=3)
        if not any(one.time < due and one.facts["phase"] == "full" for one in reports):
            yield "law.breach.authority.full", due


JUDGES: dict[str, Callable[[RecordedEvent, Told], Broken]] = {
    "malicious-call-data-disclosed": _malicious_call,
    "disclosure-notice-requested": _notice_requested,
    "marketing-message-sent": _contact,
    "credit-check-requested": _credit,
    "contact-person-added": _joined,
    "personal-data-collected": _collected,
    "privacy-notice-provided": _provided,
    "automated-decision-made": _decided,
    "credit-check-result-received": _decided,
    "consent-given": _consented,
    "consent-renewed": _consented,
    "bulk-feed-delivered": _fed,
    "contact-list-uploaded": _uploaded,
    "contract-taken-over": _taken_over,
    "objection-raised": _objection,
    "objection-overruled": _overruling,
    "personal-data-erased": _erased,
    "misuse-suspected": _misuse,
    "complaint-received": _complained,
    "personal-data-accessed": _accessed,
    "employment-started": _employed,
    "rights-request-received": _requested,
    "rights-request-extended": _extended,
    "breach-detected": _breached,
}
