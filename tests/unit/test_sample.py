"""The sample is the same everywhere, of the size asked for, valid, and tells what it promises."""

import hashlib
import io
import re
import tracemalloc
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import islice, pairwise
from typing import Any

import orjson
import pytest

import rulebook
import schemas
from rulebook import retention
from sample import generating as sample
from sample.tour import TOUR_SUBJECT
from tests.fixtures.cases import each

Event = dict[str, Any]

UNTIL = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
# Of the default sample until UNTIL. It changes only together with the sample itself.
DIGEST = "cad0cd3937890e3fc2c456acdb7fdb3bd388c96e1bcec562065272d35ad09210"
# The last one counts from the office alone, which no file of the sample speaks for.
LEDGERS_OWN = {"erasure-decided", "personal-data-erased", "codes-declared"}
UNDECLARED_ACTIVITY = "speech-analytics-pilot"
DEFAULTS: dict[str, Any] = {
    "seed": sample.DEFAULT_SEED,
    "customers": sample.DEFAULT_CUSTOMERS,
    "events": sample.DEFAULT_EVENTS,
}


@pytest.fixture(scope="module")
def planted() -> list[sample.PlantedViolation]:
    found: list[sample.PlantedViolation] = []
    list(sample.generate(**DEFAULTS, until=UNTIL, planted=found))
    return found


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return list(sample.generate(**DEFAULTS, until=UNTIL))


@pytest.fixture(scope="module")
def proper(events: list[Event], planted: list[sample.PlantedViolation]) -> list[Event]:
    """The events that break no rule."""
    broken = {(one.source, one.id) for one in planted}
    return [event for event in events if (event["source"], event["id"]) not in broken]


def smallest(customers: int, seed: int = 7) -> list[Event]:
    least = sample.minimum_events(customers)
    return list(sample.generate(seed=seed, customers=customers, events=least, until=UNTIL))


def name_of(event: Event) -> str:
    return str(event["type"]).split(".")[3]


def at(event: Event) -> datetime:
    return datetime.fromisoformat(event["time"])


def named(events: list[Event], name: str) -> list[Event]:
    return [event for event in events if name_of(event) == name]


def written(events: list[Event]) -> bytes:
    stream = io.BytesIO()
    assert sample.write(events, stream) == len(events)
    return stream.getvalue()


# The same everywhere


def test_the_default_sample_has_known_bytes(events: list[Event]) -> None:
    assert hashlib.sha256(written(events)).hexdigest() == DIGEST


def test_the_same_instant_in_another_offset_gives_the_same_sample(events: list[Event]) -> None:
    elsewhere = UNTIL.astimezone(timezone(timedelta(hours=-5)))
    assert list(sample.generate(**DEFAULTS, until=elsewhere)) == events


def test_another_seed_tells_other_stories(events: list[Event]) -> None:
    other = list(sample.generate(**{**DEFAULTS, "seed": 2}, until=UNTIL))
    assert {event["id"] for event in other}.isdisjoint(event["id"] for event in events)


def test_a_line_is_one_event_that_json_gives_back(events: list[Event]) -> None:
    lines = written(events).splitlines()
    assert [orjson.loads(line) for line in lines] == events


def test_the_caller_may_change_what_it_got(events: list[Event]) -> None:
    for event in sample.generate(**DEFAULTS, until=UNTIL):
        for value in event["data"].values():
            if isinstance(value, dict | list):
                value.clear()
    assert list(sample.generate(**DEFAULTS, until=UNTIL)) == events


# As large as asked


@each("customers", [1, 2, 23, 24, 150])
@each("more", [0, 1, 17, 400, 3_000])
def test_exactly_so_many_events_about_exactly_so_many_customers(customers: int, more: int) -> None:
    count = sample.minimum_events(customers) + more
    made = list(sample.generate(seed=3, customers=customers, events=count, until=UNTIL))
    assert len(made) == count
    registered = named(made, "customer-registered")
    numbers = sorted(int(event["subject"].split("/")[1]) for event in registered)
    assert numbers == list(range(10_001, 10_001 + customers))


def test_several_cohorts_are_published_one_after_the_other() -> None:
    made = list(sample.generate(seed=1, customers=2_300, events=9_000, until=UNTIL))
    assert len(made) == len({(event["source"], event["id"]) for event in made}) == 9_000
    thousands = [
        (int(event["subject"].split("/")[1]) - 10_001) // 1_000
        for event in made
        if event["subject"].startswith("customer/")
    ]
    assert thousands == sorted(thousands)
    assert set(thousands) == {0, 1, 2}


def test_a_large_sample_starts_at_once() -> None:
    whole = sample.generate(seed=1, customers=50_000, events=1_000_000, until=UNTIL)
    assert len(list(islice(whole, 2_000))) == 2_000


def test_memory_does_not_grow_with_the_number_of_events(monkeypatch: pytest.MonkeyPatch) -> None:
    # This cache has a bound, which it would reach only later.
    monkeypatch.setattr(retention, "_periods", retention._periods.__wrapped__)

    def peak(count: int) -> int:
        tracemalloc.start()
        try:
            for _ in sample.generate(seed=1, customers=30, events=count, until=UNTIL):
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(1_000)  # fills the caches of the interpreter
    assert peak(12_000) < 1.2 * peak(3_000)


@pytest.mark.parametrize("customers", [1, 24, 150])
def test_too_few_events_are_refused_at_once_with_the_number_needed(customers: int) -> None:
    least = sample.minimum_events(customers)
    with pytest.raises(ValueError, match=rf"at least {least} events, got {least - 1}"):
        sample.generate(seed=1, customers=customers, events=least - 1, until=UNTIL)


@pytest.mark.parametrize("customers", [0, -1])
def test_a_sample_without_customers_is_refused(customers: int) -> None:
    with pytest.raises(ValueError, match="at least 1 customer"):
        sample.generate(seed=1, customers=customers, events=5_000, until=UNTIL)


def test_a_naive_until_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        sample.generate(**DEFAULTS, until=UNTIL.replace(tzinfo=None))


# Valid


def test_every_event_is_accepted(events: list[Event]) -> None:
    intake = schemas.AdmissionRules(confidential=False, secrecy=rulebook.secrecy())
    for line in written(events + smallest(24) + smallest(1)).splitlines():
        decoded = schemas.decode(line, intake, UNTIL)
        assert isinstance(decoded, schemas.Event), decoded


def test_every_provision_is_in_the_rulebook(proper: list[Event]) -> None:
    acts = [event["data"] for event in proper]
    purposes = [purpose for data in acts for purpose in data.get("purposes", ())]
    used = {item["provision"] for item in (*acts, *purposes) if "provision" in item}
    assert used >= {"nl.awr.53", "nl.tw.11.10"}
    known = {entry.id for entry in rulebook.PROVISIONS}
    assert used <= known


def test_no_two_events_share_source_and_id(events: list[Event]) -> None:
    assert len({(event["source"], event["id"]) for event in events}) == len(events)


def test_ids_are_uuids_of_version_7_that_carry_the_time(events: list[Event]) -> None:
    form = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
    for event in events:
        assert form.fullmatch(event["id"])
        milliseconds = int(event["id"].replace("-", "")[:12], 16)
        assert abs(milliseconds - at(event).timestamp() * 1000) < 1


def test_times_have_amsterdam_offsets_and_cover_three_years(events: list[Event]) -> None:
    times = [at(event) for event in events]
    assert max(times) <= UNTIL
    assert UNTIL - min(times) > timedelta(days=3 * 365)
    assert {time.utcoffset() for time in times if time.month == 1} == {timedelta(hours=1)}
    assert {time.utcoffset() for time in times if time.month == 7} == {timedelta(hours=2)}
    # One lapse is dated by a clock that began anew.
    assert Counter(time.year for time in times).keys() == {1970, 2023, 2024, 2025, 2026}


@pytest.mark.parametrize("seed", range(5))
def test_every_type_that_upstream_may_send_occurs(seed: int) -> None:
    types = schemas.EVENT_TYPES.values()
    upstream = {event_type.name for event_type in types if not event_type.own} - LEDGERS_OWN
    assert {name_of(event) for event in smallest(24, seed)} == upstream


def test_annulments_name_an_earlier_event_of_the_same_subject(proper: list[Event]) -> None:
    known = {(event["source"], event["id"]): event for event in proper}
    annulments = named(proper, "event-annulled")
    for event in annulments:
        data = event["data"]
        target = known[event["source"], data["annuls"]]
        assert target["subject"] == event["subject"]
        assert at(target) < at(event)
        assert "annuls_source" not in data, "a file says nothing for the privacy office"
    annulled = {event["data"]["annuls"] for event in annulments}
    assert any(event["id"] in annulled for event in annulments), "an annulment that is annulled"


# Believable


def test_nobody_has_data_before_becoming_a_customer(events: list[Event]) -> None:
    since = {event["subject"]: at(event) for event in named(events, "customer-registered")}
    for event in events:
        if event["subject"].startswith("customer/"):
            customer = "/".join(event["subject"].split("/")[:2])
            assert at(event) >= since[customer]


def test_deactivations_and_reactivations_take_turns(events: list[Event]) -> None:
    switches = defaultdict(list)
    for event in sorted(events, key=at):
        if name_of(event) in {"account-deactivated", "account-reactivated"}:
            switches[event["subject"]].append(name_of(event))
    for names in switches.values():
        assert names == (["account-deactivated", "account-reactivated"] * 2)[: len(names)]


def test_only_a_few_events_arrive_out_of_order(events: list[Event]) -> None:
    late = sum(at(after) < at(before) for before, after in pairwise(events))
    assert 3 <= late <= len(events) // 100


def test_consents_are_given_again_and_run_out(events: list[Event]) -> None:
    given = Counter(
        (event["subject"], event["data"]["purpose"]) for event in named(events, "consent-given")
    )
    assert max(given.values()) >= 2
    ends = [
        datetime.fromisoformat(event["data"]["valid_until"])
        for event in named(events, "consent-given")
        if "valid_until" in event["data"]
    ]
    assert min(ends) < UNTIL < max(ends)


def test_some_events_carry_sequence_and_trace(events: list[Event]) -> None:
    for attribute in ("sequence", "traceparent", "correlationid", "causationid"):
        carrying = sum(attribute in event for event in events)
        assert 0 < carrying < len(events) / 2
    ids = {event["id"] for event in events}
    assert {event["causationid"] for event in events if "causationid" in event} <= ids


def test_everybody_and_everything_is_invented(events: list[Event]) -> None:
    text = written(events).decode()
    domains = set(re.findall(r"@([a-z.]+)", text))
    assert domains
    assert all(domain.endswith(("example.nl", "example.org")) for domain in domains)
    numbers = set(re.findall(r'"(\+\d+)"', text))
    assert numbers
    assert all(re.fullmatch(r"\+31(60\d{7}|[2357][01]0\d{6})", number) for number in numbers)
    banks = {event["data"]["personal"]["iban"][4:8] for event in with_personal(events, "iban")}
    assert banks <= {"VZRB", "PRFB", "DMOB", "FCTB"}
    addresses = [e["data"]["personal"]["ip_address"] for e in with_personal(events, "ip_address")]
    assert all(re.match(r"(192\.0\.2|198\.51\.100|203\.0\.113)\.", ip) for ip in addresses)


def with_personal(events: list[Event], field: str) -> list[Event]:
    return [event for event in events if field in event["data"].get("personal", {})]


def test_accesses_are_by_a_handful_of_employees_in_their_role(proper: list[Event]) -> None:
    roles = defaultdict(set)
    for event in named(proper, "personal-data-accessed"):
        roles[event["data"]["employee"]].add(event["data"]["role"])
    assert 8 <= len(roles) <= 12
    assert all(len(held) == 1 for held in roles.values())


def test_nobody_sees_a_customer_before_the_vog_or_outside_the_role(
    events: list[Event], proper: list[Event]
) -> None:
    shown = {event["subject"]: at(event) for event in named(events, "vog-presented")}
    granted = {
        (event["subject"], event["data"]["role"]): at(event)
        for event in named(events, "role-granted")
    }
    covers = {
        e["data"]["role"]: set(e["data"]["categories"]) for e in named(events, "role-defined")
    }
    for event in named(proper, "personal-data-accessed"):
        employee, role = event["data"]["employee"], event["data"]["role"]
        assert shown[employee] < granted[employee, role] < at(event)
        assert set(event["data"]["categories"]) <= covers[role]


@pytest.mark.parametrize("seed", range(5))
def test_a_blocked_debtor_had_a_notice_fourteen_days_before(seed: int) -> None:
    told = sorted(smallest(24, seed), key=at)
    blocked = {event["subject"]: at(event) for event in named(told, "service-blocked")}
    notices = {event["subject"]: event for event in named(told, "collection-notice-sent")}
    assert blocked
    for subject, since in blocked.items():
        deadline = date.fromisoformat(notices[subject]["data"]["deadline"])
        assert (deadline - at(notices[subject]).date()).days == 14
        assert since.date() > deadline


@pytest.mark.parametrize("seed", range(5))
def test_a_breach_is_reported_within_three_days(seed: int) -> None:
    (found,) = named(smallest(24, seed), "breach-detected")
    told = named(smallest(24, seed), "authority-notified")
    assert [event["data"]["phase"] for event in told] == ["initial", "full"]
    assert all(timedelta() < at(event) - at(found) <= timedelta(days=3) for event in told)


@pytest.mark.parametrize("seed", range(5))
def test_every_kind_of_right_is_asked_for_and_comes_to_an_end(seed: int) -> None:
    told = smallest(24, seed)
    asked = {e["data"]["request_ref"]: e["data"] for e in named(told, "rights-request-received")}
    assert len({data["right"] for data in asked.values()}) == 7
    ends = named(told, "rights-request-answered") + named(told, "rights-request-refused")
    assert sorted(event["data"]["request_ref"] for event in ends) == sorted(asked)


@each("year", range(2022, 2030))
@each("day", ["01-01", "01-02", "06-15", "12-31"])
def test_a_notice_is_in_force_on_every_day_of_the_sample(year: int, day: str) -> None:
    until = datetime.fromisoformat(f"{year}-{day}T12:00:00+00:00")
    least = sample.minimum_events(1)
    told = list(sample.generate(seed=1, customers=1, events=least, until=until))
    notices = named(told, "privacy-notice-published")
    assert min(event["data"]["effective_from"] for event in notices) <= told[0]["time"]
    assert {event["data"]["version"] for event in notices} >= {
        event["data"]["notice_version"] for event in named(told, "customer-registered")
    }


# The register


def declarations(events: list[Event]) -> dict[str, Event]:
    """The latest declaration of each activity."""
    kept = {}
    for event in sorted(events, key=at):
        if name_of(event) in {"processing-activity-declared", "processing-activity-changed"}:
            kept[event["subject"].removeprefix("activity/")] = event["data"]
    return kept


def test_the_register_shows_the_drift_that_is_meant_and_no_other(
    events: list[Event], planted: list[sample.PlantedViolation]
) -> None:
    declared = declarations(events)
    drift, used = set(), set()
    broken = {one.id for one in planted if one.rule != "house.disclosure.region.agreement"}
    for event in events:
        if event["id"] in broken:
            continue
        data = event["data"]
        if "activity" not in data:
            continue
        used.add(data["activity"])
        entry = declared.get(data["activity"])
        if entry is None:
            drift.add(("activity", data["activity"]))
            continue
        bases = {purpose["legal_basis"] for purpose in entry["purposes"]}
        seen = {("legal_basis", data["legal_basis"], data["legal_basis"] in bases)}
        for category in data.get("categories", ()):
            seen.add(("category", category, category in entry["data_categories"]))
        if "recipient_kind" in data:
            kind, country = data["recipient_kind"], data["country"]
            seen.add(("recipient_kind", kind, kind in entry["recipient_kinds"]))
            seen.add(("country", country, country in entry["countries"]))
        drift |= {(what, value) for what, value, known in seen if not known}
    assert drift == {
        ("activity", UNDECLARED_ACTIVITY),
        ("category", "location"),
        ("recipient_kind", "processor"),
        ("country", "GB"),
    }
    assert declared.keys() - used == {"reseller-telephony"}


def test_each_declared_category_has_a_retention_of_the_rulebook(events: list[Event]) -> None:
    known = {
        (rule.id, category) for rule in rulebook.RETENTION_RULES for category in rule.categories
    }
    for entry in declarations(events).values():
        assert entry["retention"].keys() == set(entry["data_categories"])
        assert {(rule, category) for category, rule in entry["retention"].items()} <= known


def test_recipients_are_registered_before_they_receive(
    events: list[Event], proper: list[Event]
) -> None:
    since = {event["subject"]: at(event) for event in named(events, "recipient-registered")}
    ended = {event["subject"]: at(event) for event in named(events, "recipient-ended")}
    for event in named(proper, "personal-data-disclosed"):
        recipient = f"recipient/{event['data']['recipient']}"
        assert since[recipient] < at(event)
        assert recipient not in ended or at(event) < ended[recipient]


def test_a_recipient_is_renamed_and_one_is_ended(events: list[Event]) -> None:
    (renamed,) = named(events, "recipient-changed")
    (first,) = (
        e for e in named(events, "recipient-registered") if e["subject"] == renamed["subject"]
    )
    assert first["data"]["name"] != renamed["data"]["name"]
    assert first["data"]["valid_from"] < renamed["data"]["valid_from"]
    assert len(named(events, "recipient-ended")) == 1


# The tour


@pytest.mark.parametrize(("customers", "seed"), [(24, 1), (24, 2), (60, 3), (150, 1), (1_200, 4)])
def test_the_tours_subject_has_its_whole_story(customers: int, seed: int) -> None:
    told = [e for e in smallest(customers, seed) if e["subject"] == TOUR_SUBJECT]
    names = Counter(map(name_of, told))
    assert names["customer-registered"] == 1
    assert names["personal-data-corrected"] >= 2
    assert names["personal-data-removed"] >= 1
    assert names["account-deactivated"] == names["account-reactivated"] == 1
    assert names["event-annulled"] == 1
    kinds = {event["data"]["recipient_kind"] for event in named(told, "personal-data-disclosed")}
    assert kinds >= {"collection-agency", "carrier", "tax-authority"}
    assert all(e["data"]["employee"] for e in named(told, "personal-data-accessed"))
    assert names["personal-data-accessed"] >= 3
    contact = with_personal(told, "email")
    assert contact[0]["data"]["personal"]["mobile_number"]


def test_the_tours_consents_end_in_every_way(events: list[Event]) -> None:
    latest = {}
    for event in sorted(events, key=lambda event: (at(event), event.get("sequence", -1))):
        if event["subject"] == TOUR_SUBJECT and "consent" in name_of(event):
            latest[event["data"]["purpose"]] = event
    assert name_of(latest["newsletter"]) == "consent-given"
    assert name_of(latest["telemarketing"]) == "consent-withdrawn"
    expired = datetime.fromisoformat(latest["product-information"]["data"]["valid_until"])
    assert expired < UNTIL


def test_the_tours_contact_person_is_somebody_else(events: list[Event]) -> None:
    contact = [e for e in events if e["subject"] == f"{TOUR_SUBJECT}/contact/1"]
    names = [name_of(event) for event in contact]
    assert names == [
        "contact-person-added",
        "privacy-notice-provided",
        "consent-given",
        "contact-person-removed",
    ]
    assert contact[0]["data"]["customer"] == TOUR_SUBJECT
