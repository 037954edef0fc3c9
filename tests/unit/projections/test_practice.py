"""Practice beside a notice: the codes that events show, counted over all streams in any order."""

from typing import Any

import pytest

from ledger.event import RecordedEvent
from projections.folds.timetravel import fold
from projections.reading import practice
from projections.reading.practice import SUPPLIER, ObservedSpan, observed
from tests.unit.projections.making import ANNA, BERT, at, event

COLLECTED: dict[str, Any] = {"notice_version": "2026-1", "origin": "portal"}


def seen(*events: RecordedEvent) -> dict[str, dict[str, ObservedSpan]]:
    streams = {one.stream for one in events}
    return observed(
        (stream, fold(practice.VIEW, [one for one in events if one.stream == stream]))
        for stream in streams
    )


def codes(*events: RecordedEvent) -> dict[str, set[str]]:
    return {source: set(found) for source, found in seen(*events).items()}


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (event("customer-registered", notice_version="2026-1"), {"notice-used": {"2026-1"}}),
        (event("privacy-notice-provided", version="2026-2"), {"notice-used": {"2026-2"}}),
        (
            event("personal-data-collected", **COLLECTED),
            {"notice-used": {"2026-1"}, "source": {"portal"}},
        ),
        (
            event(
                "personal-data-collected",
                **(COLLECTED | {"origin": "third-party", "from_recipient": "bureau"}),
            ),
            {"notice-used": {"2026-1"}, SUPPLIER: {"bureau"}},
        ),
        (
            event("personal-data-collected", **(COLLECTED | {"origin": "third-party"})),
            {"notice-used": {"2026-1"}},
        ),
        (
            event("consent-given", purpose="analytics-cookies", channel="web"),
            {"cookie-consent-channel": {"web"}},
        ),
        (event("consent-given", purpose="newsletter", channel="web"), {}),
        (event("app-permission-granted", permission="camera"), {"permission": {"camera"}}),
        (
            event("app-permission-denied", permission="camera"),
            {"permission": {"camera"}, "permission-refused": {"camera"}},
        ),
        (
            event("app-permission-revoked", permission="contacts"),
            {"permission": {"contacts"}, "permission-refused": {"contacts"}},
        ),
        (event("rights-request-received", channel="phone"), {"request-channel": {"phone"}}),
        (
            event("credit-check-result-received", automated=True),
            {"source": {"credit-bureau"}, "automated-decision": {"credit-check"}},
        ),
        (event("credit-check-result-received", automated=False), {"source": {"credit-bureau"}}),
        (
            event("automated-decision-made", decision="deposit/eu"),
            {"automated-decision": {"deposit/eu"}},
        ),
        (event("personal-data-disclosed", purpose="sale"), {"disclosure-purpose": {"sale"}}),
        (event("consent-withdrawn", purpose="analytics-cookies", channel="web"), {}),
    ],
    ids=lambda value: value.name if isinstance(value, RecordedEvent) else "",
)
def test_what_an_event_shows(told: RecordedEvent, shown: dict[str, set[str]]) -> None:
    assert codes(told) == shown
    assert bool(shown) <= (told.name in (practice.VIEW.names or ()))


def test_streams_are_summed_and_order_does_not_matter() -> None:
    events = [
        event("rights-request-received", 5, stream=ANNA, channel="phone"),
        event("rights-request-received", 1, stream=BERT, channel="phone"),
        event("rights-request-received", 3, stream=ANNA, channel="phone"),
        event("rights-request-received", 2, stream=BERT, channel="post"),
    ]
    expected = {
        "request-channel": {
            "phone": ObservedSpan(3, at(1), at(5)),
            "post": ObservedSpan(1, at(2), at(2)),
        }
    }
    assert seen(*events) == seen(*reversed(events)) == expected
