"""Commands that write the ledger down as other systems read it: export."""

import re
from typing import Annotated

import typer

from application.processing_acts import Log
from application.queries.persons.acts import EventFilter, Exported, exported
from application.queries.subjects import check_reference
from application.words import counted, say
from console.commands.people import reading
from console.flags import (
    AtPosition,
    Json,
    RecordedBy,
    Since,
    Until,
    bounds_of,
    code_option,
    configured,
    option,
    time_of,
)
from console.output import emit_lines
from documents.ldv import ldv_record
from documents.vng import vng_record
from host.notes import tell
from host.settings import Settings
from projections.folds.timetravel import Moment

RECORDS = {"ldv": ldv_record, "vng": vng_record}
# So that an activity's id, of 128 characters at most, fits behind it (2,042 in the VNG's schema).
_REGISTER_URL = re.compile(r"https?://[!-~]{1,1800}")


@configured("store")
def export(
    settings: Settings,
    form: Annotated[
        str,
        code_option(
            "--format", "F", RECORDS, "ldv: Logboek Dataverwerkingen; vng: VNG Verwerkingenlogging."
        ),
    ],
    subject: Annotated[
        str | None, option("--subject", "S", "About this subject, such as customer/10023.")
    ] = None,
    after: Annotated[int, option("--after", "N", "Events after position N.", min=0)] = 0,
    since: Since = None,
    until: Until = None,
    recorded_by: RecordedBy = None,
    at_position: AtPosition = None,
    register_url: Annotated[
        str | None,
        option(
            "--register-url",
            "URL",
            "Address of your published register; the id of an activity is added to it.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write each event as a record of a Dutch standard for logs of processing, a line of JSON each.

    Persons are the ledger's own identifiers; it opens no value. docs/how-to/exports.md has the mapping.
    """
    start, end = bounds_of(since, until)
    moment = Moment(recorded_by=time_of("--recorded-by", recorded_by), at_position=at_position)
    selection = EventFilter(
        subject=subject,
        after=after,
        since=start,
        until=end,
        recorded_by=moment.recorded_by,
        at_position=at_position,
    )
    _check(subject, register_url)
    log = Log(settings.ledger, settings.confidential, register_url)
    counts = Exported()  # filled while the records are written
    with reading(settings, "export", moment, subject) as (_, source):
        emit_lines(exported(source, log, selection, RECORDS[form], counts))
    if not as_json:
        _tell(counts)


def _tell(counts: Exported) -> None:
    left_out = f", {say('note', 'left-out', counts.left_out)}" if counts.left_out else ""
    tell("exported", counted("record", counts.records), f"{counts.position}{left_out}")


def _check(subject: str | None, register_url: str | None) -> None:
    if subject is not None:
        check_reference(subject)
    if register_url is not None and not _REGISTER_URL.fullmatch(register_url):
        raise typer.BadParameter("--register-url: expected http:// or https:// and an address")
