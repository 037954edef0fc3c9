"""An event as an act: its identifiers, its trace, who was involved, which kinds of data it touched."""

from typing import Any
from uuid import RFC_4122, UUID, uuid4

import msgspec
import pytest

from application.processing_acts import Act, Log, involved_as
from documents.ldv import ldv_record
from documents.vng import vng_record
from ledger.event import RecordedEvent
from ledger.names import LedgerName
from ledger.writing.rows import name_of
from tests.unit.projections.making import ANNA, PORTAL, event, values

TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
LOG = Log(LedgerName())


def traced(event: RecordedEvent, **trace: str) -> Act:
    return Act(LOG, msgspec.structs.replace(event, trace=trace))


def named(name: str, **members: Any) -> Act:
    return Act(LOG, event(name, **members))


def vng(act: Act) -> dict[str, Any]:
    record = vng_record(act)
    assert record is not None
    return record


def test_an_act_is_known_by_source_and_id_in_one_ledger() -> None:
    one = named("consent-given", id="a", position=3)
    assert one.id == named("consent-given", id="a", position=9).id
    assert one.id != named("consent-given", id="b").id
    assert one.id != named("consent-given", id="a", source=PORTAL).id
    assert one.id != Act(Log(LedgerName("other")), one.event).id
    assert one.span_id == one.id.hex[16:]
    assert one.object_id not in {one.id, ANNA}


def test_an_object_leads_back_to_the_name_of_its_event_in_its_own_ledger_alone() -> None:
    other = Log(LedgerName("other"))
    for number in range(50):
        id, name = f"e-{number}", UUID(bytes=name_of(PORTAL, f"e-{number}"))
        made = LOG.object_id(PORTAL, id)
        assert (made.version, made.variant) == (8, RFC_4122)
        assert LOG.names_of_object(made).count(name) == 1
        assert len(LOG.names_of_object(made)) == 64
        assert other.object_id(PORTAL, id) != made
        assert name not in other.names_of_object(made)
    assert LOG.names_of_object(UUID(int=0)) == LOG.names_of_object(uuid4()) == []


def test_the_trace_is_the_senders_then_the_correlation_then_the_act_itself() -> None:
    given = event("consent-given")
    sent = traced(given, traceparent=TRACEPARENT, correlationid="order-1")
    assert sent.trace_id == UUID("4bf92f35-77b3-4da6-a3ce-929d0e0e4736")
    assert sent.parent_span_id == "00f067aa0ba902b7"
    one, other = (
        traced(event("consent-given"), correlationid="order-1", causationid="x") for _ in range(2)
    )
    assert one.trace_id == other.trace_id
    assert one.id != other.id
    assert one.parent_span_id is None
    alone = named("consent-given")
    assert alone.trace_id == alone.id
    assert "parentSpanId" not in ldv_record(alone)


def test_an_activity_is_a_name_of_the_ledger_unless_a_register_is_published() -> None:
    given = event("consent-given", activity="marketing")
    assert Act(LOG, given).activity_url == "urn:processing-ledger:main:activity:marketing"
    told = Act(Log(LedgerName(), register_url="https://example.nl/?id="), given)
    assert told.activity_url == "https://example.nl/?id=marketing"
    assert vng(told)["verwerkingsactiviteitId"] == str(
        LedgerName().registry_stream("activity/marketing")
    )
    without = named("ledger-read", query="state")
    assert (without.activity_id, without.activity_url) == (None, None)
    record: Any = ldv_record(without)
    assert "dpl.core.processing_activity_id" not in record["attributes"]


def test_what_is_about_nobody_has_no_person() -> None:
    entry = named("recipient-ended", subject="recipient/incasso", reason="bankrupt")
    assert entry.person is None
    assert ldv_record(entry)["attributes"] == {"processing_ledger.position": entry.event.position}
    assert vng(entry)["verwerkteObjecten"] == []
    assert "bankrupt" not in str(vng(entry))


def test_data_is_named_by_field_where_the_event_says_which() -> None:
    sealed = values("k", "contact", email="…") | values("k", "remark", remark="…")
    collected = named("personal-data-collected", categories=["contact", "payment"], sealed=sealed)
    assert collected.kinds_of_data == ["contact/email", "payment"]
    given = named(
        "personal-data-disclosed",
        categories=["identity", "address"],
        fields=["name", "iban"],
        recipient="incasso",
        recipient_kind="collection-agency",
        purpose="collection",
    )
    assert given.kinds_of_data == ["address", "identity/name", "payment/iban"]


def test_a_feed_was_given_to_whom_it_is_about() -> None:
    feed = named(
        "bulk-feed-delivered", subject="recipient/ciot", record_count=9, purpose="subscriber-feed"
    )
    record = vng(feed)
    assert record["afnemerId"] == str(LedgerName().registry_stream("recipient/ciot"))
    assert record["afnemerId"] == str(
        Act(LOG, event("emergency-call-disclosed", recipient="ciot")).recipient
    )
    assert record["handelingNaam"] == "subscriber-feed"
    told = named("recipient-notified", recipient="ciot", action="erasure", outcome="told")
    assert told.recipient is None


@pytest.mark.parametrize(
    ("name", "facts", "user"),
    [
        ("personal-data-accessed", {"employee": str(ANNA), "purpose": "support"}, str(ANNA)),
        ("ledger-read", {"reader": str(ANNA)}, str(ANNA)),
        ("contract-taken-over", {"from_customer": str(ANNA)}, None),
    ],
)
def test_who_handled_the_data_is_the_user(name: str, facts: Any, user: str | None) -> None:
    act = named(name, stream=UUID(int=1), **facts)
    assert act.user == user
    assert vng(act).get("gebruiker") == user
    assert str(ANNA) not in str(ldv_record(act))


def test_the_person_is_involved_as_what_the_type_is_about() -> None:
    def type(name: str) -> str:
        return f"nl.voipzeker.ledger.{name}.v1"

    assert involved_as(type("customer-registered")) == "klant"
    assert involved_as(type("contact-person-added")) == "contactpersoon"
    assert involved_as(type("employment-started")) == "medewerker"
    assert involved_as(type("personal-data-collected")) is None
    assert involved_as(type("role-defined")) is None
    assert involved_as(type("of-a-later-version")) is None


def test_a_type_of_a_later_version_is_exported_all_the_same() -> None:
    act = named("something-new", categories=["contact"], employee="x")
    assert ldv_record(act)["name"] == "something-new"
    assert "gebruiker" not in vng(act)
