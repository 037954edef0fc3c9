"""A plain list model of the views, written from the contract's semantics and from nothing else.

It sorts everything and applies it; it knows no folds, no increments and no rows.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from ledger.event import RecordedEvent
from schemas import CATEGORIES, PERSONAL_FIELDS
from tests.property.relationship_model import Told, as_customer, running
from tests.unit.projections.making import HR, IT

Events = Sequence[RecordedEvent]
TAKES = {"account-deactivated", "consent-withdrawn", "consent-refused", "consent-invalidated"}
GIVES = {"account-reactivated", "consent-given", "consent-renewed"}
WITHHOLDS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "marketing-objection-recorded": lambda _facts: True,
    "cookie-preference-recorded": lambda facts: facts["gpc"] or not facts["analytical"],
    "app-permission-granted": lambda _facts: False,
    "app-permission-revoked": lambda _facts: True,
    "caller-id-blocking-changed": lambda facts: facts["blocked"],
    "directory-listing-changed": lambda facts: not facts["listed"],
}
GIVES_AWAY = {
    "personal-data-disclosed": "",
    "emergency-call-disclosed": "emergency-services",
    "malicious-call-data-disclosed": "subscriber",
    "bulk-feed-delivered": "",
    "number-porting-performed": "telecom-provider",
    "equipment-shipped": "shipping",
}
DECLARES = {"processing-activity-declared", "processing-activity-changed"}


def rank(event: RecordedEvent) -> tuple[Any, ...]:
    """Later time, then withdrawal over grant, then sequence, source, id."""
    takes = event.name in TAKES or event.name in {
        "personal-data-removed",
        "recipient-ended",
        "contact-person-removed",
        "processing-activity-retired",
        "role-revoked",
        "employment-ended",
        "security-measure-retired",
        "legal-hold-released",
    }
    sequence = -1 if event.sequence is None else event.sequence
    return event.time, takes, sequence, event.source, event.id


def has_effect(annulment: RecordedEvent, target: RecordedEvent, office: str) -> bool:
    """Whether an event annuls another one, unless it is annulled itself."""
    source = annulment.facts.get("annuls_source", annulment.source)
    return (
        annulment.name == "event-annulled"
        and annulment.stream == target.stream
        and (source, annulment.facts["annuls"]) == (target.source, target.id)
        and (source == annulment.source or annulment.source == office)
        and (target.time, target.source, target.id)
        < (annulment.time, annulment.source, annulment.id)
        and not (target.ours and target.name.endswith(("-erased", "-decided")))
    )


def annulled_by(events: Events, office: str) -> dict[tuple[str, str], str]:
    """Which events are annulled, by whom: the definition, word by word."""

    def standing(target: RecordedEvent) -> list[RecordedEvent]:
        return [e for e in events if has_effect(e, target, office) and not standing(e)]

    result = {}
    for event in events:
        if by := standing(event):
            first = min(by, key=lambda one: (one.time, one.source, one.id))
            result[event.source, event.id] = first.id
    return result


# Acts on what was said: by which types, and by what the two belong together (None: by their subject).
_REQUEST = (("rights-request-received",), "request_ref")
_HOLD = (("legal-hold-placed",), "hold_ref")
_BREACH = (("breach-detected",), None)
_ORDER = (("order-received",), "order_ref")
ACTS_ON: dict[str, tuple[tuple[str, ...], str | None]] = {
    "legal-hold-reviewed": _HOLD,
    "legal-hold-released": _HOLD,
    "restriction-lifted": (("processing-restricted",), "categories"),
    "objection-upheld": (("objection-raised",), "activity_objected"),
    "objection-overruled": (("objection-raised",), "activity_objected"),
    **dict.fromkeys(("identity-verification-failed", "rights-request-extended"), _REQUEST),
    **dict.fromkeys(("rights-request-refused", "rights-request-answered"), _REQUEST),
    **dict.fromkeys(("breach-assessed", "authority-notified"), _BREACH),
    **dict.fromkeys(("subjects-notified", "breach-closed"), _BREACH),
    "complaint-answered": (("complaint-received",), "complaint_ref"),
    "supervisory-inquiry-answered": (("supervisory-inquiry-received",), "inquiry_ref"),
    "dispute-closed": (("dispute-opened",), "case_ref"),
    "collection-closed": (("payment-default-recorded",), "invoice_ref"),
    "misuse-resolved": (("misuse-suspected", "fraud-signal-recorded"), "case_ref"),
    "recipient-changed": (("recipient-registered",), None),
    "recipient-ended": (("recipient-registered",), None),
    "processing-activity-changed": (("processing-activity-declared",), None),
    "processing-activity-retired": (("processing-activity-declared",), None),
    "role-revoked": (("role-granted",), "role"),
    "security-measure-retired": (("security-measure-adopted",), None),
    "authorisation-recorded": _ORDER,
    **dict.fromkeys(("order-authenticated", "order-validated", "order-narrowed"), _ORDER),
    **dict.fromkeys(("order-objected", "order-rejected", "order-withdrawn"), _ORDER),
    "order-handed-over": _ORDER,
    **dict.fromkeys(("order-confirmed", "order-executed"), _ORDER),
    **dict.fromkeys(("secrecy-reviewed", "secrecy-lifted"), (("secrecy-imposed",), None)),
    "preservation-extended": (("preservation-imposed",), None),
    "preservation-released": (("preservation-imposed",), None),
    "interception-ended": (("interception-provided",), None),
}
ALONE = {
    "secrecy-reviewed",
    "secrecy-lifted",
    "preservation-imposed",
    "preservation-extended",
    "preservation-released",
}
"""Acts of the office alone, whoever said what they end."""
AGAIN: dict[str, str | None] = {
    "legal-hold-placed": "hold_ref",
    "order-received": "order_ref",
    "rights-request-received": "request_ref",
    "breach-detected": None,
    "recipient-registered": None,
    "processing-activity-declared": None,
    "role-defined": None,
    "role-granted": "role",
    "security-measure-adopted": None,
    "system-registered": None,
    "privacy-notice-published": None,
}


def counted(events: Events, office: str) -> list[RecordedEvent]:
    """What is not annulled; an act on what others said, without a right to it, is no act."""
    gone = annulled_by(events, office)
    standing = [event for event in events if (event.source, event.id) not in gone]
    return [
        msgspec.structs.replace(
            event,
            type="nl.voipzeker.ledger.act-without-power.v1",
            name="act-without-power",
            facts={"act": event.name},
        )
        if _has_no_right(event, standing, office)
        else event
        for event in standing
    ]


def gives_nobody_power(event: RecordedEvent, office: str) -> bool:
    """Whether it is a grant, or the entry of a system, from who has no say in that."""
    owners = {"role-granted": HR, "system-registered": IT}
    return event.name in owners and event.source not in {office, owners[event.name]}


def _has_no_right(event: RecordedEvent, events: Events, office: str) -> bool:
    if event.name in ALONE:
        return event.source != office or "topic" in event.origin
    if event.source == office:
        return False
    events = [other for other in events if other is event or not gives_nobody_power(other, office)]
    names, tie = ACTS_ON.get(event.name) or ((event.name,), AGAIN.get(event.name))
    others = [
        other
        for other in events
        if other.name in names
        and other.stream == event.stream
        and _tied(tie, other, event)
        and other.source != event.source
    ]
    earlier = [other for other in others if _when(other) < _when(event)]
    if event.name in AGAIN:
        return any(other.source == office for other in earlier)
    own = [
        other
        for other in events
        if other.name in names
        and other.stream == event.stream
        and _tied(tie, other, event)
        and other.source == event.source
    ]
    return event.name in ACTS_ON and bool(earlier or (others and not own))


def _tied(tie: str | None, one: RecordedEvent, other: RecordedEvent) -> bool:
    if tie == "categories":
        return bool({*one.categories} & {*other.categories})
    return tie is None or one.facts[tie] == other.facts[tie]


def _when(event: RecordedEvent) -> tuple[Any, ...]:
    return event.time, event.source, event.id


def streams(events: Events) -> dict[UUID, list[RecordedEvent]]:
    return {
        event.stream: [other for other in events if other.stream == event.stream]
        for event in events
    }


def states(events: Events) -> dict[UUID, Any]:
    """Stream -> what is known of the person."""
    return {
        stream: _state(mine)
        for stream, members in streams(events).items()
        if (mine := [e for e in members if e.subject is None and e.name != "ledger-read"])
    }


def _state(events: Events) -> Any:
    erasures = [e for e in events if e.ours and e.name == "personal-data-erased"]
    destroyed = {key for e in erasures for key in e.facts["keys_destroyed"]}
    values = {
        (category, field): value
        for field, category in PERSONAL_FIELDS.items()
        if (value := _value(events, category, field, destroyed))
    }
    live = {category for category, _ in values}
    whole = [e for e in erasures if set(e.categories) >= set(CATEGORIES)]
    acts = sorted((e for e in events if e.name.startswith("account-")), key=rank)
    joined = sorted((e for e in events if e.name.startswith("contact-person-")), key=rank)
    removals = [e for e in joined if e.name == "contact-person-removed"]
    starts = sorted((e for e in events if e.name == "customer-registered"), key=rank)
    # An erasure of everything shows by what is left.
    told = Told([e for e in events if e.name != "personal-data-erased"])
    begun, ended = as_customer(events[0], told)[-1]
    # At equal time a deactivation beats a beginning.
    turns = sorted((e.time, e.name in TAKES) for e in [*acts[-1:], *running(events[0], told)])
    turns = sorted([*turns, *([(begun, False)] if begun else [])])
    if whole and not live:
        status, since = "erased", max(e.time for e in whole)
    elif removals and joined[-1].name == "contact-person-removed":
        status, since = "inactive", joined[-1].time
    elif ended:
        status, since = "inactive", ended
    elif turns:
        status, since = "inactive" if turns[-1][1] else "active", turns[-1][0]
    elif removals:
        status, since = "active", joined[-1].time
    else:
        status, since = "active", min(e.time for e in starts or events)
    return {
        "status": status,
        "since": since,
        "kind": starts[-1].facts["customer_kind"] if starts else None,
        "values": values,
        "erased": sorted({c for e in erasures for c in e.categories} - live),
        "last_erasure": max((e.time for e in erasures), default=None),
        "position": max(e.position for e in events),
    }


def _value(events: Events, category: str, field: str, destroyed: set[str]) -> Any:
    """Blob and source of the value that counts."""
    sets = [
        (rank(e)[0], False, *rank(e)[2:], e.sealed[category].blob)
        for e in events
        if category in e.sealed
        and field in e.sealed[category].fields
        and e.sealed[category].key not in destroyed
    ]
    removals = [
        (*rank(e), None)
        for e in events
        if e.name == "personal-data-removed" and field in e.facts["fields"]
    ]
    if not sets and not removals:
        return None
    last = max(sets + removals, key=lambda entry: entry[:5])
    return (last[5], last[3], last[4]) if last[5] else None


def consents(events: Events) -> dict[tuple[UUID, str], Any]:
    """(stream, purpose) -> the act that decides, with its facts."""
    acts = sorted((e for e in events if e.name.startswith("consent-")), key=rank)
    return {
        (e.stream, e.facts["purpose"]): (e.name.removeprefix("consent-"), e.time, e.facts)
        for e in acts
    }


def choices(events: Events) -> dict[tuple[UUID, str], Any]:
    """(stream, what was chosen) -> the act that decides, with its facts."""
    latest: dict[tuple[UUID, str], RecordedEvent] = {}
    for event in sorted((e for e in events if e.name in WITHHOLDS), key=_choice_rank):
        by = {"marketing": "channel", "app": "permission"}.get(event.name.partition("-")[0])
        latest[event.stream, f"{_topic(event.name)} {event.facts[by] if by else ''}"] = event
    return {key: (event.name, event.time, event.facts) for key, event in latest.items()}


def _topic(name: str) -> str:
    return "app" if name.startswith("app-") else name


def _choice_rank(event: RecordedEvent) -> tuple[Any, ...]:
    time, _, *rest = rank(event)
    return time, WITHHOLDS[event.name](event.facts), *rest


def disclosures(events: Events) -> list[tuple[Any, ...]]:
    """Rows as shown."""
    rows = [e for e in events if e.name in GIVES_AWAY]
    rows.sort(key=lambda e: (e.time, e.source, e.id))
    return [(e.position, e.stream, e.time, _receiver(e), _kind_of(e), e.legal_basis) for e in rows]


def _receiver(event: RecordedEvent) -> str:
    return str(event.facts.get("recipient") or str(event.subject).partition("/")[2])


def _kind_of(event: RecordedEvent) -> str:
    return str(event.facts.get("recipient_kind") or GIVES_AWAY[event.name])


def recipient_names(events: Events, times: Sequence[datetime]) -> dict[str, list[str | None]]:
    """Recipient -> its name at each time."""
    acts = [e for e in events if _is_entry(e)]
    return {
        str(e.subject).removeprefix("recipient/"): [
            _name([one for one in acts if one.subject == e.subject], time) for time in times
        ]
        for e in acts
    }


def _is_entry(event: RecordedEvent) -> bool:
    return event.name in {"recipient-registered", "recipient-changed", "recipient-ended"}


def _name(acts: Events, time: datetime) -> str | None:
    versions = sorted(
        (e for e in acts if e.name != "recipient-ended"),
        key=lambda e: (e.facts["valid_from"], rank(e)),
    )
    if not versions:
        return None
    first = versions[0].facts["valid_from"]
    begun = [e for e in versions if _midnight(e.facts["valid_from"]) <= time]
    shown = (begun or [e for e in versions if e.facts["valid_from"] == first])[-1]
    return str(shown.facts["name"])


def _midnight(day: str) -> datetime:
    """00:00 in Amsterdam of a winter day."""
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC) - timedelta(hours=1)


def register(events: Events) -> dict[str, Any]:
    """Activity -> declared and observed."""
    subjects = [e.subject for e in events if e.name.startswith("processing-activity-")]
    activities = {e.activity for e in events if e.activity}
    activities |= {str(subject).removeprefix("activity/") for subject in subjects}
    return {activity: _entry(events, activity) for activity in sorted(activities)}


def _entry(events: Events, activity: str) -> Any:
    mine = [e for e in events if e.activity == activity]
    about = sorted((e for e in events if e.subject == f"activity/{activity}"), key=rank)
    declared = [e for e in about if e.name in DECLARES]
    ended = [e for e in about if e.name == "processing-activity-retired"]
    facts = declared[-1].facts if declared else None
    given = [e for e in mine if "recipient" in e.facts]

    def seen(of: Events, get: Callable[[RecordedEvent], Any]) -> list[str]:
        return sorted({get(e) for e in of} - {None})

    observed = {
        "events": len(mine),
        "data_subjects": len({e.stream for e in mine if e.subject is None}),
        "first": min((e.time for e in mine), default=None),
        "last": max((e.time for e in mine), default=None),
        "legal_bases": seen(mine, lambda e: e.legal_basis),
        "categories": sorted({category for e in mine for category in e.categories}),
        "recipients": seen(given, lambda e: e.facts["recipient"]),
        "recipient_kinds": seen(given, lambda e: e.facts.get("recipient_kind")),
        "countries": seen(given, lambda e: e.facts.get("country")),
    }
    retired = bool(ended) and not (declared and rank(declared[-1]) > rank(ended[-1]))
    return {
        "version": len(declared),
        "declared": facts,
        "retired": retired,
        "versions": [(e.time, e.facts) for e in declared],
        "assessments": [(e.time, e.facts) for e in about if e.name == "dpia-linked"],
        "observed": observed,
        "drift": _drift(facts, observed, retired, activity),
    }


def _drift(facts: Any, observed: Any, retired: bool, activity: str) -> list[tuple[str, str]]:
    if facts is None:
        return [("undeclared-activity", activity)]
    declared = {
        "category": ("categories", facts["data_categories"]),
        "country": ("countries", facts["countries"]),
        "legal-basis": ("legal_bases", [p["legal_basis"] for p in facts["purposes"]]),
        "recipient-kind": ("recipient_kinds", facts["recipient_kinds"]),
    }
    found = [
        (f"undeclared-{kind}", detail)
        for kind, (name, allowed) in declared.items()
        for detail in observed[name]
        if detail not in allowed
    ]
    if not observed["events"] and not retired:
        found.append(("unused", activity))
    return sorted(found)


def notice_in_force(events: Events, time: datetime) -> tuple[str, str] | None:
    """Version and claim of the notice that holds at a time."""
    told = [e for e in events if e.name == "privacy-notice-published" and e.time <= time]
    last = [max(mine, key=rank) for mine in streams(told).values()]
    begun = [e for e in last if _midnight(e.facts["effective_from"]) <= time]
    if not begun:
        return None
    held = max(begun, key=lambda e: (e.facts["effective_from"], rank(e)))
    return held.facts["version"], "all"


def measures(events: Events, times: Sequence[datetime]) -> dict[tuple[str, datetime], Any]:
    """(measure, time) -> ids of the last adoption by then, and of the retirement if that came last."""
    acts = [e for e in events if e.name.startswith("security-measure-")]
    shown: dict[tuple[str, datetime], Any] = {}
    for mine in streams(acts).values():
        for time in times:
            adopted, ended = None, None
            for e in sorted((e for e in mine if e.time <= time), key=rank):
                gone = e.name.endswith("-retired")
                adopted, ended = (adopted, e.id) if gone else (e.id, None)
            shown[str(mine[0].subject).partition("/")[2], time] = adopted, ended
    return shown


def staff(events: Events, times: Sequence[datetime]) -> dict[tuple[UUID, datetime], Any]:
    """(stream, time) -> what a role covers; or an employee's roles, employment and certificate."""
    names = {"role-defined", "role-granted", "role-revoked", "vog-presented"}
    acts = [e for e in events if e.name in names or e.name.startswith("employment-")]
    return {
        (stream, time): _role(mine, time) if mine[0].subject else _employee(mine, time)
        for stream, mine in streams(acts).items()
        for time in times
    }


def _role(mine: Events, time: datetime) -> dict[str, tuple[str, ...]]:
    told = sorted((e for e in mine if e.time <= time), key=rank)
    return {str(e.subject).partition("/")[2]: tuple(sorted(e.categories)) for e in told[-1:]}


def _employee(mine: Events, time: datetime) -> tuple[list[str], bool | None, date | None]:
    roles: dict[str, str | None] = {}
    employed, issued = None, []
    for e in sorted((e for e in mine if e.time <= time), key=rank):
        if e.name.startswith("employment-"):
            employed = e.name == "employment-started"
            roles = roles if employed else {}
        elif e.name == "vog-presented":
            issued.append(date.fromisoformat(e.facts["issued_on"]))
        elif e.name == "role-granted":
            roles[e.facts["role"]] = e.facts.get("valid_until")
        else:
            roles.pop(e.facts["role"], None)
    shown = [day for day in issued if _midnight(day.isoformat()) <= time]
    held = (role for role, until in roles.items() if not _ended(until, time))
    return sorted(held), employed, max(shown, default=None)


def _ended(until: str | None, time: datetime) -> bool:
    return until is not None and datetime.fromisoformat(until) <= time


# Of the days of receipt that are drawn: the last day, that of an extension, and whether a question of the
# first of March came in time to stop the clock.
_DUE = {
    "2026-01-01": (date(2026, 2, 2), date(2026, 4, 1), False),
    "2026-02-01": (date(2026, 3, 2), date(2026, 5, 1), False),
    "2026-02-28": (date(2026, 3, 30), date(2026, 5, 28), True),
}


def requests(events: Events, times: Sequence[datetime]) -> dict[tuple[UUID, str, datetime], Any]:
    """(stream, reference, time) -> status, identity, last day and outcome of a request."""
    acts = [e for e in events if "request_ref" in e.facts]
    shown = {}
    for stream, mine in streams(acts).items():
        for ref in {e.facts["request_ref"] for e in mine}:
            for time in times:
                steps = [e for e in mine if e.facts["request_ref"] == ref and e.time <= time]
                if any(e.name == "rights-request-received" for e in steps):
                    shown[stream, ref, time] = _request(sorted(steps, key=_step))
    return shown


def holds(events: Events) -> dict[tuple[UUID, str], tuple[list[str], str, str | None]]:
    """(stream, reference) -> categories, day of review and owner of a hold that is in force."""
    shown = {}
    for stream, mine in streams([e for e in events if e.name.startswith("legal-hold-")]).items():
        for ref in {e.facts["hold_ref"] for e in mine}:
            acts = sorted((e for e in mine if e.facts["hold_ref"] == ref), key=rank)
            owners = [
                e.facts["owner"]
                for e in acts
                if e.name != "legal-hold-released" and e.facts["owner"]
            ]
            last = acts[-1]
            if last.name != "legal-hold-released":
                owner = owners[-1] if owners else None
                shown[stream, ref] = sorted(last.categories), last.facts["review_on"], owner
    return shown


def _step(e: RecordedEvent) -> Any:
    return e.time, e.name == "rights-request-refused", _number(e), e.source, e.id


def _number(e: RecordedEvent) -> int:
    return -1 if e.sequence is None else e.sequence


def _request(steps: Events) -> tuple[str, str, date | None, str | None]:
    received = next(e for e in steps if e.name == "rights-request-received")
    last, extended, stops = _DUE[received.facts["received_on"]]
    identity, asked_at, status, outcome = "open", None, "open", None
    for e in steps:
        if e.name == "identity-verified":
            identity, asked_at = "verified", None
        elif e.name == "identity-verification-failed":
            asks = "information_asked" in e.facts
            identity = "asked" if asks else "failed"
            asked_at = asked_at or (e.time if asks and stops else None)
        elif e.name == "rights-request-refused" and status == "open":
            status, outcome = "refused", e.facts["ground"]
        elif e.name == "rights-request-answered" and status == "open":
            outcome = e.facts["outcome"]
            status = "closed" if outcome == "withdrawn" else "answered"
    late = received.facts["received_on"] == "2026-01-01"
    if not late and any(e.name == "rights-request-extended" for e in steps):
        last = extended
    # A pause that ends at the very instant at which it began, or on the same day, moves nothing.
    shown = [e.time for e in steps if e.name == "identity-verified"]
    paused = asked_at is not None and not any(time >= asked_at for time in shown)
    if paused and status == "open":
        status = "paused"
    return status, identity, None if paused else last, outcome


def notifications(events: Events) -> set[tuple[UUID, str, str, str, str | None]]:
    """(stream, recipient, action, category, outcome) of what recipients must be told or were told."""
    found = set()
    for stream, mine in streams([e for e in events if e.subject is None]).items():
        ordered = sorted(mine, key=lambda e: (e.time, _restricts(e), _number(e), e.source, e.id))
        given = [e for e in ordered if e.name in GIVES_AWAY and "recipient" in e.facts]
        for recipient in {e.facts["recipient"] for e in given}:
            for category in CATEGORIES:
                firsts = [
                    e.time
                    for e in given
                    if e.facts["recipient"] == recipient and category in _given(e)
                ]
                if firsts:
                    found |= {
                        (stream, recipient, action, category, outcome)
                        for action, outcome in _due(ordered, recipient, category, min(firsts))
                    }
    return found


def _restricts(e: RecordedEvent) -> bool:
    return e.name == "processing-restricted"


def _given(e: RecordedEvent) -> set[str]:
    named = set(e.categories) | {PERSONAL_FIELDS[field] for field in e.facts.get("fields", [])}
    by_nature = {"equipment-shipped": {"identity", "address"}}
    return named or by_nature.get(
        e.name, {"service"} if e.name == "number-porting-performed" else set()
    )


def _due(
    events: Events, recipient: str, category: str, first: datetime
) -> list[tuple[str, str | None]]:
    due = []
    for action, names, codes in (
        (
            "rectification",
            {"personal-data-corrected", "collection-closed", "misuse-resolved"},
            {"rectified"},
        ),
        ("erasure", {"personal-data-removed", "personal-data-erased"}, {"erasure"}),
        ("restriction", {"processing-restricted", "restriction-lifted"}, {"restriction"}),
    ):
        changes = [e for e in events if e.name in names and category in _touched(e)]
        if not changes or changes[-1].name == "restriction-lifted":
            continue
        since = changes[-1].time
        if action == "restriction":
            since = max(first, since)
        if since < first:
            continue
        words = [
            e
            for e in events
            if e.name == "recipient-notified"
            and e.facts["recipient"] == recipient
            and e.facts["action"] in codes
            and (not e.categories or category in e.categories)
            and e.time >= since
        ]
        due.append((action, words[-1].facts["outcome"] if words else None))
    return due


def _touched(e: RecordedEvent) -> set[str]:
    if e.name == "personal-data-erased" and (not e.ours or e.facts["ground"] == "retention"):
        return set()
    about = {"collection-closed": ({"unpaid"}, "debt"), "misuse-resolved": (None, "fraud")}
    own: set[str] = set()
    if e.name in about:
        stays, category = about[e.name]
        changes = (
            e.facts.get("outcome", "") not in stays
            if stays
            else e.facts.get("outcome", "") == "unfounded"
        )
        if not changes:
            return set()
        own = {category}
    return own | set(e.categories) | {PERSONAL_FIELDS[f] for f in e.facts.get("fields", [])}


def incidents(events: Events, times: Sequence[datetime]) -> dict[tuple[UUID, str, datetime], Any]:
    """(stream, kind and reference, time) -> whether something is to be done, and every clock."""
    shown = {}
    for stream, mine in streams(events).items():
        for case in {name for e in mine if (name := _case(e))}:
            for time in times:
                steps = [e for e in mine if _case(e) == case and e.time <= time]
                began = [e for e in steps if e.name in {"breach-detected", "misuse-suspected"}]
                if began:
                    shown[stream, case, time] = _incident(sorted(steps, key=_act_order))
    return shown


def complaints(events: Events, times: Sequence[datetime]) -> dict[tuple[UUID, str, datetime], Any]:
    """(stream, reference, time) -> first receipt, first answer since, and the last outcome."""
    names = {"complaint-received", "complaint-answered"}
    shown = {}
    for stream, mine in streams(events).items():
        acts = [e for e in mine if e.name in names]
        for ref in {e.facts["complaint_ref"] for e in acts}:
            for time in times:
                steps = [e for e in acts if e.facts["complaint_ref"] == ref and e.time <= time]
                received = [e.time for e in steps if e.name == "complaint-received"]
                if received:
                    shown[stream, ref, time] = _complaint(steps, min(received))
    return shown


def _complaint(steps: Events, received: datetime) -> tuple[datetime, datetime | None, str | None]:
    answers = [e for e in steps if e.name == "complaint-answered"]
    told = sorted(answers, key=lambda e: (e.time, _number(e), e.source, e.id))
    since = [e for e in told if e.time >= received]
    if not since:
        return received, None, None
    return received, since[0].time, since[-1].facts["outcome"]


def _case(e: RecordedEvent) -> str | None:
    if e.name in {"misuse-suspected", "customer-warned", "misuse-resolved"}:
        return f"misuse/{e.facts['case_ref']}"
    return e.subject if e.subject and e.subject.startswith("breach/") else None


def _act_order(e: RecordedEvent) -> Any:
    ends = e.name in {"breach-closed", "misuse-resolved"}
    return e.time, ends, _number(e), e.source, e.id


def _incident(steps: Events) -> tuple[bool, list[tuple[str, datetime, datetime | None]]]:
    found: dict[str, tuple[datetime, datetime | None]] = {}
    for e in steps:
        for duty, due, done in _clocks_of(e, steps):
            found[duty] = min(found.get(duty, (due, done)), (due, done), key=lambda one: one[0])
    turns = {"breach-detected", "misuse-suspected", "breach-closed", "misuse-resolved"}
    last = [e.name for e in steps if e.name in turns][-1]
    ended = last in {"breach-closed", "misuse-resolved"}
    undone = any(done is None for _, done in found.values())
    clocks = sorted((duty, due, done) for duty, (due, done) in found.items())
    return undone or not ended, clocks


def _clocks_of(e: RecordedEvent, steps: Events) -> list[tuple[str, datetime, datetime | None]]:
    day = timedelta(days=1)
    if e.name == "misuse-suspected":
        first = next(one for one in steps if one.name == "misuse-suspected")
        warned = [one.time for one in steps if one.name == "customer-warned"]
        return [("misuse.warning", first.time + day, min(warned, default=None))]
    if e.name != "breach-detected":
        return []
    start, clocks = datetime.fromisoformat(e.facts["detected_at"]), []
    told = [one for one in steps if one.name == "authority-notified"]
    if "telecom" in e.facts["regime"]:
        mine = [one for one in told if "telecom" in one.facts["regime"]]
        first_told = min((one.time for one in mine), default=None)
        clocks.append(("breach.telecom.initial", start + day, first_told))
        if first_told:
            whole = [one.time for one in mine if one.facts["phase"] == "full"]
            clocks.append(("breach.telecom.full", first_told + 3 * day, min(whole, default=None)))
    risks = [one.facts["risk"] for one in steps if one.name == "breach-assessed"]
    if e.facts["regime"] != "telecom" and risks[-1:] != ["none"]:
        mine = [one for one in told if one.facts["regime"] != "telecom"]
        first_told = min((one.time for one in mine), default=None)
        clocks.append(("breach.gdpr", start + 3 * day, first_told))
    return clocks
