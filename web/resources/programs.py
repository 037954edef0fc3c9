"""Answers that no page shows: what other systems ask before they act, and what they build on."""

from typing import Annotated

import msgspec
from msgspec import Meta

from application.acts.reporting import checkpoint_before
from application.answer import Answer
from application.queries.cases.found_incidents import find_case
from application.queries.cases.incidents import AffectedPersons, affected_persons, sources_of
from application.queries.disclosures.feed_lists import Feeds, all_feeds
from application.queries.intake.contract import EventTypes, event_types
from application.queries.lookups import known_activity, known_recipient, known_system
from application.queries.persons.credit_check import CreditCheckAnswer, credit_check
from application.queries.persons.evidence import DecodedString, decoded_string
from application.queries.reports.access import AccessReport, ReportScope, access_report
from application.queries.reports.portability import PortabilityExport, portability
from application.queries.upkeep.log import LogKeys, SignedCheckpoint, age_s, signed_answer
from application.source import Source
from ledger.errors import Misconfigured
from ledger.reading import head_position
from ledger.tlog.proving.reading import published
from ledger.tlog.store.folder import LogFolder
from projections.reading.affected import Scope
from schemas import ALL_TYPES, EVENT_TYPES
from schemas.documents import schema_of
from schemas.encoding import JsonValue
from schemas.formats import Code, Id
from schemas.library import examples_of
from schemas.personal import SealedCategory
from schemas.tc_string import TcFault, decoded
from web.context import RequestContext
from web.problems import NotForRole, NotFound
from web.requests import bound_of
from web.resource import NoParams, Params, resource
from web.resources.disclosures import DaysParams
from web.resources.persons import PersonParams, about


class TypeParams(Params, frozen=True):
    """Which type, by its short name."""

    name: Code


class StringParams(Params, frozen=True):
    """A TC string, as a consent tool made it."""

    string: Annotated[str, Meta(max_length=4096)]


class LogKeysParams(Params, frozen=True):
    """Of which log. `completeness`: of the second one, which signs that nothing was left out."""

    completeness: bool = False


class AffectedParams(DaysParams, frozen=True, kw_only=True):
    """Which case, and what it reached: at least one of the rest."""

    ref: Id
    category: SealedCategory | None = None
    system: Id | None = None
    recipient: Id | None = None
    activity: Id | None = None


class EventTypeShown(Answer, frozen=True):
    """An event type: the JSON Schema of its messages, and examples by name."""

    type: str
    schema: dict[str, JsonValue]
    examples: dict[str, JsonValue]


@resource("/event-types", "operations", name="schema list", rows="types")
def types(context: RequestContext, params: NoParams) -> EventTypes:
    """Every event type of the contract, and which facts it must have."""
    known = ALL_TYPES if context.settings.confidential else EVENT_TYPES
    return EventTypes(event_types(known.values()))


@resource("/event-types/{name}", "operations", name="schema show")
def type_shown(context: RequestContext, params: TypeParams) -> EventTypeShown:
    """The JSON Schema of the newest version of an event type, with examples."""
    known = ALL_TYPES if context.settings.confidential else EVENT_TYPES
    versions = [entry for entry in known.values() if entry.name == params.name]
    if not versions:
        raise NotFound
    entry = max(versions, key=lambda entry: entry.version)
    examples = examples_of(entry.name, entry.version)
    return EventTypeShown(
        entry.type,
        schema_of(entry.type),
        {name: msgspec.json.decode(content) for name, content in examples.items()},
    )


@resource("/tc-strings/{string}", "findings", name="schema tc-string")
def tc_string(context: RequestContext, params: StringParams) -> DecodedString:
    """What a TC string says."""
    try:
        return decoded_string(decoded(params.string))
    except TcFault as fault:
        raise Misconfigured(f"this is no TC string: {fault.name}", field="string") from None


@resource("/checkpoint", "proof", name="checkpoint")
def checkpoint(context: RequestContext, params: NoParams) -> SignedCheckpoint:
    """The latest signed checkpoint of the transparency log, and what it says."""
    folder = LogFolder(context.settings.log.folder)
    signed = published(folder)
    if signed is None:
        raise NotFound
    return signed_answer(signed, age_s(folder, context.now))


@resource("/log-keys", "proof", name="log keys")
def log_keys(context: RequestContext, params: LogKeysParams) -> LogKeys:
    """The verification keys of the transparency log, oldest first."""
    site = context.site
    key = site.completeness_key if params.completeness else site.log_key
    return LogKeys(key.origin, [verifier.text for verifier in key.known()])


@resource("/feeds", "disclosures", name="feed", rows="feeds")
def feeds(context: RequestContext, params: NoParams) -> Feeds:
    """Feeds about many persons by time, and until when the list of each is kept."""
    source = context.source("feed")
    source.reads.note_many(())
    rows = all_feeds(source)
    return Feeds(rows, len(rows))


@resource("/persons/{kind}/{id}/credit-check", "persons", name="may", timed=True)
def may_credit_check(context: RequestContext, params: PersonParams) -> CreditCheckAnswer:
    """Whether a person may be checked for credit, by law and house, and which rule says so."""
    with about(context, params) as reference:
        return credit_check(context.source("may"), reference, context.moment)


@resource("/persons/{kind}/{id}/access-report", "persons", name="report")
def access(context: RequestContext, params: PersonParams) -> AccessReport:
    """What GDPR Art. 15 owes a person, for who answers requests; recorded as a read, not as an answer."""
    with about(context, params) as reference:
        source = context.whole_source("report")
        return access_report(source, report_scope(context, source, reference))


@resource("/persons/{kind}/{id}/portability", "persons", name="report")
def portable(context: RequestContext, params: PersonParams) -> PortabilityExport:
    """What a person may take along (GDPR Art. 20), for who answers requests; recorded as a read."""
    with about(context, params) as reference:
        source = context.whole_source("report")
        return portability(source, report_scope(context, source, reference))


@resource("/incidents/{ref}/affected", "incidents", name="incident", rows="persons")
def affected(context: RequestContext, params: AffectedParams) -> AffectedPersons:
    """The persons whom a breach concerns, by what it reached, and when each was told."""
    source = context.source("incident")
    if not context.has("persons"):
        raise NotForRole
    case = find_case(source, params.ref)
    rows = list(affected_persons(source, _reached(source, params), case.told))
    return AffectedPersons(rows, len(rows))


def _reached(source: Source, params: AffectedParams) -> Scope:
    """What an incident reached. Raises Misconfigured where nothing is named."""
    scope = Scope(
        categories=frozenset({params.category} if params.category else ()),
        since=bound_of(params.from_, "from"),
        until=bound_of(params.until, "until", last=True),
        recipient=known_recipient(source, params.recipient) if params.recipient else None,
        activity=known_activity(source, params.activity) if params.activity else None,
    )
    if params.system:
        return scope.within(sources_of(source, known_system(source, params.system)))
    if scope == Scope():
        raise Misconfigured(
            "say what it reached: a category, a system, a recipient, days", field="category"
        )
    return scope


def report_scope(context: RequestContext, source: Source, reference: str) -> ReportScope:
    """A report about a person that answers no request, of all that is recorded by now."""
    position = head_position(source.session)
    return ReportScope(
        reference=reference,
        request_ref=None,
        language=context.language,
        position=position,
        rendered_at=context.now,
        controller=context.settings.controller,
        checkpoint=checkpoint_before(context.site.log_folder, position),
    )


RESOURCES = (
    types,
    type_shown,
    tc_string,
    checkpoint,
    log_keys,
    feeds,
    may_credit_check,
    access,
    portable,
    affected,
)
