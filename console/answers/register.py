"""`ledger register`: the Article 30 register, what was declared beside what was observed."""

from collections.abc import Collection
from typing import Any

from console.answers.source import instant_or_none
from console.settings import Controller
from ledger.event import instant
from ledger.postgres import Session
from projections.derive import derive_entries
from projections.processing_register import Entry
from projections.read import register_entries

__all__ = ["register"]


def register(
    session: Session,
    controller: Controller,
    at_position: int | None,
    privacy_office: Collection[str],
) -> dict[str, Any]:
    """The register from its view, or, as of a past position, from the events."""
    if at_position is None:
        entries = register_entries(session)
    else:
        entries = derive_entries(session, privacy_office, at_position)
    return {
        "controller": {
            "name": controller.name,
            "address": controller.address,
            "country": controller.country,
            "contact": controller.contact,
            "representative": controller.representative,
            "data_protection_officer": controller.data_protection_officer,
        },
        "activities": [_activity(entry) for entry in entries],
    }


def _activity(entry: Entry) -> dict[str, Any]:
    observed = entry.observed
    return {
        "activity": entry.activity,
        "version": entry.version,
        "name": entry.name,
        "declared": entry.declared,
        "retired": _retired(entry),
        "observed": {
            "events": observed.events,
            "data_subjects": observed.data_subjects,
            "first": instant_or_none(observed.first),
            "last": instant_or_none(observed.last),
            "legal_bases": observed.legal_bases,
            "categories": observed.categories,
            "recipients": observed.recipients,
            "recipient_kinds": observed.recipient_kinds,
            "countries": observed.countries,
        },
        "drift": [{"kind": drift.kind, "detail": drift.detail} for drift in entry.drift],
    }


def _retired(entry: Entry) -> dict[str, Any] | None:
    if entry.retired is None:
        return None
    return {"since": instant(entry.retired.order.time), "reason": entry.retired.reason}
