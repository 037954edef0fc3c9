"""What both standards share: whose log it is, who may read it, and of whom."""

from collections.abc import Mapping

from application.processing_acts import Log
from application.source import Source
from ledger.errors import UnknownSubject
from schemas.encoding import JsonValue, to_line
from schemas.references import kind_of
from web.context import RequestContext
from web.exports import PART
from web.principals import DATA_SUBJECT
from web.problems import Forbidden
from web.proof.seals import reads_whole_log

PIECE = 100
"""Acts in one answer."""
QUERY = "export"
"""The name under which a read of a log is noted, as that of the command."""


def is_own(context: RequestContext) -> bool:
    """Whether a person asks about themselves, in the portal."""
    return context.principal.role == DATA_SUBJECT


def check_part(context: RequestContext) -> None:
    """Raise Forbidden for a role that may know of no person; the portal knows of its own.

    The addresses are those of a public standard, so they are no secret as a page is.
    """
    may = not context.settings.confidential if is_own(context) else context.has("persons")
    if not may:
        raise Forbidden


def check_about(context: RequestContext, reference: str) -> None:
    """Raise UnknownSubject for somebody else than the person who asks, and for an employee as pages do."""
    if is_own(context):
        if reference != context.principal.reference:
            raise UnknownSubject
    elif kind_of(reference) == "employee" and not context.has("staff"):
        raise UnknownSubject


def check_whole(context: RequestContext, source: Source) -> None:
    """Note that the whole log is read, as its entries are. Raises Forbidden for a role that may not."""
    if not reads_whole_log(context):
        raise Forbidden
    source.reads.note_many(())


def source_of(context: RequestContext) -> Source:
    """What an answer is made from: for a person of the portal, all that is held of themselves."""
    return context.own_source(QUERY) if is_own(context) else context.source(QUERY)


def line_with(content: Mapping[str, JsonValue], context: RequestContext) -> bytes:
    """An answer as JSON, which says whether the reader sees a part."""
    return to_line({**content, PART: context.part} if context.part else content)


def log_of(context: RequestContext, register_url: str) -> Log:
    """The ledger whose acts are read. `register_url`: what the id of an activity is put behind."""
    settings = context.settings
    return Log(settings.ledger, settings.confidential, register_url)
