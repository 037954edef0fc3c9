"""The audit of views: what their tables hold beside what the events say. Writes nothing."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from ledger.audit.findings import Finding
from ledger.postgres import Session
from projections import VIEWS
from projections.rebuild import ViewReport, audit_views
from projections.view import View

__all__ = ["Inspected", "inspect_views"]


class Inspected(msgspec.Struct, frozen=True):
    """What was found of the views."""

    reports: tuple[ViewReport, ...] = ()
    findings: tuple[Finding, ...] = ()


def inspect_views(
    session: Session, views: Sequence[View[Any]] = VIEWS, privacy_office: Collection[str] = ()
) -> Inspected:
    """Compare views with what the events up to their bookmarks say."""
    return Inspected(tuple(audit_views(session, views, privacy_office)))
