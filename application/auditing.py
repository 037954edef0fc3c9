"""An audit of a site: the log's files and keys, the key of the chain, the journal, and the checks.

An audit writes nothing, and no damage ends it: what is missing or damaged becomes a finding.
"""

from collections.abc import Collection

import msgspec

from application.site import Site
from ledger.audit import (
    SILENT,
    Audit,
    Check,
    Finding,
    Findings,
    Progress,
    PublishedLog,
    audit,
    readable,
)
from ledger.audit.findings import FILE
from ledger.audit.journal import journal_check
from ledger.crypto.sealing import KeyedHash
from ledger.errors import LedgerError, Retry
from ledger.keys.opening import Opener
from ledger.tlog.signing.checkpoints import verify_checkpoint
from ledger.tlog.store.folder import LogFolder
from ledger.writing.chain import CHAIN
from projections import views_of
from projections.following.inspection import InspectionResult, inspect_views

_NO_KEYS = "this machine holds no epoch key: what batches vouch for was not computed again"


class Audited(msgspec.Struct, frozen=True):
    """What was found of a ledger, and of its views where they were looked at.

    `unchecked`: what could not be looked at, since this machine holds no key; that is no finding. `of_site`:
    what the site and its server have beside the ledger, as a baseline names it.
    """

    ledger: Audit
    views: InspectionResult
    unchecked: tuple[str, ...] = ()
    of_site: frozenset[str] = frozenset()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, of the ledger first."""
        return self.ledger.findings + self.views.findings


def audit_site(
    site: Site,
    *,
    views: bool,
    progress: Progress = SILENT,
    since: bytes | None = None,
    baseline: Collection[str] = (),
) -> Audited:
    """Look at everything that a site holds, its views only where asked to. Raises Retry.

    `since`: a checkpoint that an auditor kept when everything up to it was looked at, as it was signed: only
    what came later is looked at. One that is not of this log is a finding, and everything is looked at.
    `baseline`: what the auditor accepts of the site and its server.
    """
    before = Findings(progress, baseline)
    for fault in site.file_faults:
        before.note(None, FILE, fault)
    session = site.session("reader")
    log = _log(site, before)
    if since is not None:
        log = _kept(log, since, before)
    chain = _chain(site, before) if readable(session).tables else None
    result = audit(session, log, chain, _checks(site), before, site.custody)
    inspected = InspectionResult()
    if views and result.readable.views:
        inspected = inspect_views(
            site.new_session("reader"),
            views_of(site.intake.confidential),
            privacy_office=site.privacy_office,
            progress=progress,
        )
    unchecked = () if site.provider.epochs() else (_NO_KEYS,)
    return Audited(result, inspected, unchecked, frozenset(before.of_site))


def _checks(site: Site) -> tuple[Check, ...]:
    return (journal_check(site.journal),) if site.journal.is_kept else ()


def _log(site: Site, findings: Findings) -> PublishedLog:
    try:
        return site.published_log
    except LedgerError as error:
        findings.note(None, "checkpoint", str(error))
        return PublishedLog(LogFolder(site.log_folder), ())


def _kept(log: PublishedLog, since: bytes, findings: Findings) -> PublishedLog:
    try:
        return msgspec.structs.replace(log, since=verify_checkpoint(since, log.keys))
    except LedgerError as error:
        findings.note(None, "checkpoint", f"the checkpoint that was kept: {error}")
        return log


def _chain(site: Site, findings: Findings) -> KeyedHash | None:
    """The key of the chain; None on a machine without any epoch key."""
    if not site.provider.epochs():
        return None
    session = site.session("reader")
    try:
        return KeyedHash(Opener(session, site.provider, site.ledger).ledger_key(CHAIN))
    # A damaged ledger can fail in any way: that is a finding, and the audit goes on.
    except Exception as error:
        if session.broken:
            raise Retry("PostgreSQL went away during the audit: run it again") from None
        why = str(error) if isinstance(error, LedgerError) else type(error).__name__
        findings.note(None, "chain", f"the key of the chain of batches: {why}")
        return None
