"""Single fields erased: nothing opens them any more, and everything else of the person opens as before."""

from collections.abc import Iterator
from datetime import datetime
from itertools import accumulate, repeat
from random import Random
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.audit import audit
from ledger.crypto.groups import GroupPlace, open_group
from ledger.crypto.sealing import next_month_key
from ledger.erasure.pending import pending
from ledger.erasure.rejournal import rejournal
from ledger.errors import Halt, IncompleteErasure, OnHold
from ledger.event import RecordedEvent, Resealed
from ledger.keys.opening import Missing
from ledger.keys.rotation import rotate
from schemas import Code
from tests.fixtures.ledger import House, collected, message, registered
from tests.integration.test_archive_forgets import unwrapped, wrapped_keys
from tests.integration.test_audit_keys import custody

WHO, OTHER = "customer/10023", "customer/10024"
CANARY = "+31612345678"
BOTH = {"email": "j.devries@example.nl", "mobile_number": CANARY}
MAIL = {"email": "j.devries@example.nl", "mobile_number": Missing.ERASED}


def contact(at: str, who: str = WHO, /, **values: str) -> dict[str, Any]:
    return collected(
        who, time=f"{at}T10:00:00+01:00", categories=["contact"], personal=values or BOTH
    )


def device(at: str, **values: str) -> dict[str, Any]:
    values = values or {"device_id": "d-1", "ip_address": "192.0.2.7"}
    return collected(WHO, time=f"{at}T10:00:00+01:00", categories=["device"], personal=values)


def opened(house: House) -> list[dict[str, object]]:
    opener = house.opener()
    return [opener.personal(event) for event in house.events() if event.sealed]


def findings(house: House) -> list[str]:
    house_custody = custody(house)
    return [finding.kind for finding in audit(house.session(None), custody=house_custody).findings]


def test_one_field_goes_and_the_others_under_its_key_open_as_before(house: House) -> None:
    house.record(registered(), contact("2026-10-01"), contact("2026-10-02"))
    house.record(contact("2026-11-01", email="later@example.nl"), contact("2026-10-03", OTHER))
    (erasure,) = house.eraser().erase_fields(WHO, ["mobile_number"], "request")
    assert opened(house) == [MAIL, MAIL, {"email": "later@example.nl"}, BOTH]
    assert len(erasure.keys) == 1
    assert findings(house) == []


def test_no_key_that_is_left_opens_the_original(house: House) -> None:
    house.record(registered(), contact("2026-10-01"), collected(WHO))
    before = {event.sealed["contact"].key for event in house.events() if "contact" in event.sealed}
    house.eraser().erase_fields(WHO, ["mobile_number"], "request")
    with psycopg.connect(house.url) as connection:
        generations = connection.execute(
            "SELECT generation FROM ledger_main_keys.data_keys WHERE category = 'contact' ORDER BY 1"
        ).fetchall()
    assert len(before) == 2
    assert sorted(generation for (generation,) in generations) == [1, 2]


def test_the_months_of_a_rolling_category_stay_but_for_the_field(house: House) -> None:
    days = ("2026-08-01", "2026-09-01", "2026-11-01")
    house.record(registered(), *map(device, days))
    house.eraser().erase_fields(WHO, ["ip_address"], "request")
    assert opened(house) == [{"device_id": "d-1", "ip_address": Missing.ERASED}] * 3
    house.record(device("2026-11-02", device_id="d-2"), device("2026-08-02", device_id="d-3"))
    assert opened(house)[3:] == [{"device_id": "d-2"}, {"device_id": "d-3"}]
    assert findings(house) == []


def test_an_erasure_names_each_key_that_it_destroys_and_no_other(house: House) -> None:
    """Of a chain that rolls also the key of a month without an event: October's opens November."""
    days = ("2026-08-01", "2026-09-01", "2026-11-01")
    house.record(registered(), *map(device, days), *map(contact, days))
    before = list(house.events())
    keys = {
        category: {event.sealed[category].key for event in before if category in event.sealed}
        for category in ("device", "contact")
    }
    (rolling,) = house.eraser().erase_fields(WHO, ["ip_address"], "request")
    (fixed,) = house.eraser().erase_fields(WHO, ["mobile_number"], "request")
    assert keys["device"] < set(rolling.keys)
    assert len(rolling.keys) == 4
    assert set(fixed.keys) == keys["contact"]


def test_the_fence_is_of_the_field(house: House) -> None:
    house.record(registered(), contact("2026-10-01"))
    house.eraser().erase_fields(WHO, ["mobile_number"], "request")
    again = house.record(contact("2026-10-01", mobile_number="+31687654321"))
    assert [rejection.code for _, rejection in again.rejections] == [Code.ERASED_SUBJECT]
    taken = house.record(
        contact("2026-10-01", email="other@example.nl"),
        contact("2026-11-24", fixed_number="+31201234567"),
    )
    assert taken.rejections == ()
    assert opened(house) == [
        MAIL,
        {"email": "other@example.nl"},
        {"fixed_number": "+31201234567"},
    ]


def test_the_same_event_again_is_a_duplicate(house: House) -> None:
    line = contact("2026-10-01")
    house.record(registered(), line)
    house.eraser().erase_fields(WHO, ["mobile_number"], "request")
    outcome = house.record(line)
    assert (outcome.duplicates, outcome.rejections) == (1, ())


def test_fields_go_one_after_the_other_and_then_the_category(house: House) -> None:
    house.record(
        registered(),
        contact("2026-10-01"),
        collected(WHO, categories=["identity"], personal={"name": "J"}),
    )
    eraser = house.eraser()
    eraser.erase_fields(WHO, ["mobile_number"], "request")
    eraser.erase_fields(WHO, ["email"], "request")
    assert opened(house)[0] == dict.fromkeys(BOTH, Missing.ERASED)
    house.record(contact("2026-10-02", fixed_number="+31201234567"))
    eraser.erase_fields(WHO, ["email"], "request")
    first = next(event for event in house.events() if "contact" in event.sealed)
    eraser.erase(WHO, ["contact"], "request")
    erased = [event for event in house.events() if event.name == "personal-data-erased"]
    assert opened(house)[1:] == [{"name": "J"}, {"fixed_number": Missing.ERASED}]
    assert len(erased) == 1
    assert first.sealed["contact"].key in erased[0].facts["keys_destroyed"]
    assert findings(house) == []


def test_a_category_that_is_erased_later_names_the_keys_of_its_events(house: House) -> None:
    house.record(registered(), contact("2026-10-01"))
    first = next(event for event in house.events() if event.sealed).sealed["contact"].key
    house.eraser().erase_fields(WHO, ["mobile_number"], "request")
    (erasure,) = house.eraser().erase(WHO, ["contact"], "request")
    assert first in erasure.keys
    assert len(erasure.keys) == 2


def test_a_hold_keeps_a_field(house: House) -> None:
    hold = message(
        "legal-hold-placed",
        WHO,
        hold_ref="H-1",
        categories=["contact"],
        ground="claim",
        review_on="2027-01-01",
    )
    house.record(registered(), contact("2026-10-01"), hold)
    with pytest.raises(OnHold):
        house.eraser().erase_fields(WHO, ["mobile_number"], "request")
    assert opened(house) == [BOTH]


def test_a_crash_after_the_journal_is_completed_by_the_next_start(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.record(registered(), contact("2026-10-01"), contact("2026-10-02", email="b@example.nl"))
    eraser = house.eraser()
    append = eraser._journal.append

    def fails(lines: Any) -> None:
        append(lines)
        raise Halt("the disk is gone")

    monkeypatch.setattr(eraser._journal, "append", fails)
    with pytest.raises(IncompleteErasure):
        eraser.erase_fields(WHO, ["mobile_number"], "request")
    assert opened(house)[0] == BOTH
    assert len(pending(house.session(None), house.journal)) == 1
    house.eraser().reapply()
    assert opened(house) == [MAIL, {"email": "b@example.nl"}]
    assert pending(house.session(None), house.journal) == []
    assert findings(house) == []


def tables(house: House, *names: str) -> dict[str, list[tuple[Any, ...]]]:
    with psycopg.connect(house.url) as connection:
        return {
            name: connection.execute(f"SELECT * FROM {name}".encode()).fetchall() for name in names
        }


def test_keys_from_an_older_backup_do_not_bring_the_field_back(house: House) -> None:
    """The keys' tables are those of before: the log has the events, and none of their new keys."""
    house.record(registered(), contact("2026-10-01"))
    keys, fences = "ledger_main_keys.data_keys", "ledger_main_keys.fences"
    rows = tables(house, keys)[keys]
    house.eraser().erase_fields(WHO, ["mobile_number"], "request")
    with psycopg.connect(house.url) as connection:
        connection.execute(f"DELETE FROM {keys}".encode())
        connection.execute(f"DELETE FROM {fences}".encode())
        for row in rows:
            connection.execute(f"INSERT INTO {keys} VALUES (%s, %s, %s, %s, %s, %s)".encode(), row)
    (again,) = house.eraser().reapply()
    assert again.fields == ("mobile_number",)
    assert opened(house) == [MAIL]
    assert house.eraser().reapply() == []
    assert findings(house) == []


def test_a_lost_journal_learns_of_erased_fields_from_the_events(house: House) -> None:
    house.record(registered(), contact("2026-10-01"))
    house.eraser().erase_fields(WHO, ["mobile_number"], "request")
    house.journal.path.unlink()
    assert rejournal(house.session(None), house.opener(), house.journal) == 1
    (entry,) = house.journal.entries()
    assert (entry.fields, entry.categories) == (("mobile_number",), ())
    assert pending(house.session(None), house.journal) == []
    assert findings(house) == []


MONTHS = 24


def groups_of(house: House, event: RecordedEvent) -> Iterator[tuple[GroupPlace, str]]:
    """Every group that an entry holds, sealed at first or anew, with its place."""
    first = [
        Resealed(event.source, event.id, event.time, category, one.key, one.fields, one.blob)
        for category, one in event.sealed.items()
    ]
    for group in (*first, *event.resealed):
        place = GroupPlace(
            ledger=str(house.ledger),
            subject=event.stream,
            source=group.source,
            id=group.id,
            category=group.category,
            fields=group.fields,
            key=group.key,
        )
        yield place, group.blob


def opened_with(house: House, keys: set[bytes]) -> list[dict[str, Any]]:
    """Every group of every entry that any key opens, also as the key of a later month."""
    later = [
        AESGCM(key)
        for first in keys
        for key in accumulate(
            repeat(None, MONTHS), lambda key, _: next_month_key(key), initial=first
        )
    ]
    found = []
    for event in house.events():
        for place, blob in groups_of(house, event):
            for cipher in later:
                try:
                    found.append(open_group(cipher, blob, place))
                except Halt:
                    continue
    return found


def test_no_stored_key_opens_the_value_and_after_the_epoch_no_old_copy_does(house: House) -> None:
    house.record(registered(), contact("2026-10-01"), device("2026-08-01"), device("2026-10-01"))
    before = wrapped_keys(house)
    house.eraser().erase_fields(WHO, ["mobile_number", "ip_address"], "request")
    now = opened_with(house, unwrapped(house, wrapped_keys(house)))
    left = [{"email": "j.devries@example.nl"}, {"device_id": "d-1"}, {"device_id": "d-1"}]
    assert now == left
    # Until the epoch ends, a copy from before the erasure still opens.
    assert BOTH in opened_with(house, unwrapped(house, before))
    rotate(house.session("eraser"), house.provider, house.ledger, house.clock())
    assert opened_with(house, unwrapped(house, before + wrapped_keys(house))) == left
    assert opened(house) == [
        MAIL,
        *[{"device_id": "d-1", "ip_address": Missing.ERASED}] * 2,
    ]


FIELDS = {
    "contact": ["email", "mobile_number", "fixed_number"],
    "device": ["device_id", "ip_address"],
    "identity": ["name", "company_name"],
}
ALL_FIELDS = [field for fields in FIELDS.values() for field in fields]
VALUES = {
    "email": "mail{}@example.nl",
    "mobile_number": "+3161{:07}",
    "fixed_number": "+3120{:07}",
}


def drawn(random: Random, number: int) -> dict[str, Any]:
    """An event with values of some categories, in some month."""
    categories = random.sample(sorted(FIELDS), random.randint(1, 3))
    fields = [
        field
        for category in categories
        for field in random.sample(FIELDS[category], random.randint(1, len(FIELDS[category])))
    ]
    personal = {field: VALUES.get(field, "v{}").format(number) for field in fields}
    when = f"2026-{random.randint(5, 11):02}-{random.randint(1, 23):02}T10:00:00Z"
    return collected(
        random.choice([WHO, OTHER]), time=when, categories=categories, personal=personal
    )


@pytest.mark.parametrize("seed", range(6))
def test_nothing_else_of_anybody_becomes_unreadable(house: House, seed: int) -> None:
    """Events and erasures of fields in a drawn order, against a list of what each event should show."""
    random = Random(seed)
    eraser = house.eraser()
    house.record(registered(), registered(OTHER))
    should: dict[str, dict[str, object]] = {}
    gone: dict[tuple[str, str], datetime] = {}
    for number in range(24):
        if random.random() < 0.25 and should:
            fields = random.sample(ALL_FIELDS, random.randint(1, 2))
            eraser.erase_fields(WHO, fields, "request")
            house.clock.forward(seconds=1)
            for field in fields:
                gone[WHO, field] = house.clock()
                for name, values in should.items():
                    if field in values and name.startswith(WHO):
                        values[field] = Missing.ERASED
        else:
            line = drawn(random, number)
            who, personal = line["subject"], line["data"]["personal"]
            outcome = house.record(line)
            if any((who, field) in gone for field in personal):
                assert [code.code for _, code in outcome.rejections] == [Code.ERASED_SUBJECT]
            else:
                should[f"{who} {line['id']}"] = dict(personal)
    opener = house.opener()
    events = [event for event in house.events() if event.sealed]
    assert [opener.personal(event) for event in events] == [
        dict(sorted(values.items())) for values in should.values()
    ]
    assert findings(house) == []


def test_what_is_sealed_anew_is_told_in_events_of_a_bounded_size(house: House) -> None:
    def letter(number: int) -> dict[str, Any]:
        personal = {"letter_text": f"{number} " + "a" * 2_000, "ticket_text": "secret"}
        when = f"2026-10-{number % 28 + 1:02}T10:00:00Z"
        return collected(WHO, time=when, categories=["correspondence"], personal=personal)

    house.record(registered(), *map(letter, range(60)))
    house.eraser().erase_fields(WHO, ["ticket_text"], "request")
    anew = [event for event in house.events() if event.name == "values-resealed"]
    sizes = [sum(len(group.blob) for group in event.resealed) for event in anew]
    assert len(anew) > 3
    assert max(sizes) <= 32_768
    assert sum(len(event.resealed) for event in anew) == 60
    decided = [event.position for event in house.events() if event.name == "erasure-decided"]
    assert decided == [anew[-1].position - 1]
    assert anew[-1].id.endswith(".erased")
    values = opened(house)
    assert [value["ticket_text"] for value in values] == [Missing.ERASED] * 60
    assert {str(value["letter_text"]).split()[0] for value in values} == set(map(str, range(60)))
    assert findings(house) == []
