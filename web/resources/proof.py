"""Answers about the transparency log: its state, the proof of an event, its entry, and audits."""

from typing import Annotated

from msgspec import Meta

from application.queries.upkeep import log_state
from ledger.reading import head_position
from ledger.tlog.store.folder import LogFolder
from web.context import RequestContext
from web.problems import NotForRole, NotFound
from web.proof.audits import AuditRun, audits_of
from web.proof.seals import has_seals, reads_whole_log
from web.proof.tickets import is_ticket
from web.resource import NoParams, Params, resource

Position = Annotated[int, Meta(ge=1, le=2**63 - 1, description="Place in the ledger, from 1.")]


class EventParams(Params, frozen=True):
    """Which event."""

    position: Position


class EntryParams(Params, frozen=True):
    """Which event. `ticket`: of the page that shows it; without one, for roles that audit the whole log."""

    position: Position
    ticket: str | None = None


@resource("/proof", "proof", name="proof")
def log(context: RequestContext, params: NoParams) -> log_state.LogState:
    """The transparency log: its checkpoint, its keys, who signed, and how it grew."""
    site = context.site
    recorded = head_position(site.session("reader"))
    return log_state.log_state(
        site.published_log, context.settings.log.origin, context.now, recorded
    )


@resource("/proof/events/{position}", "proof", name="prove")
def proof(context: RequestContext, params: EventParams) -> log_state.EventProof:
    """The proof that the log holds the event of a position."""
    if params.position > head_position(context.site.session("reader")):
        raise NotFound
    log = context.settings.log
    return log_state.event_proof(LogFolder(log.folder), log.origin, params.position)


@resource("/proof/entries/{position}", "proof", name="log-entries")
def entry(context: RequestContext, params: EntryParams) -> log_state.EventEntry:
    """An event as log and database hold it, as bytes in base64: facts in clear, values sealed.

    With the ticket of a page that shows the event: that page noted the read. Without one it is a read of its
    own, for roles that may have the whole log.
    """
    ticket = params.ticket or ""
    if not (has_seals(context) and is_ticket(ticket, context.principal, params.position)):
        note_entry(context)
    folder = LogFolder(context.settings.log.folder)
    return log_state.event_entry(context.site.session("reader"), folder, params.position)


def note_entry(context: RequestContext) -> None:
    """Note that entries are read which no page showed. Raises NotFound for a role that may not have them."""
    if not reads_whole_log(context):
        raise NotForRole
    context.source("log-entries").reads.note_many(())


@resource("/proof/audit", "proof", name="audit")
def audit(context: RequestContext, params: NoParams) -> AuditRun:
    """The audit on demand, running now or the last to run: how far it is, and what it found."""
    return audits_of(context.settings).last


RESOURCES = (log, audit, proof, entry)
