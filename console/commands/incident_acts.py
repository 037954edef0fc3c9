"""`ledger incident`: the acts on breaches and suspected misuse, from detection to the end."""

from datetime import datetime
from functools import partial
from typing import Annotated

from msgspec.structs import replace

from application.acts import on_incidents
from application.acts.on_incidents import (
    Assessment,
    AuthorityNotice,
    BreachEnd,
    MisuseEnd,
    NewBreach,
    NewMisuse,
    OnBreach,
    OnMisuse,
    Warned,
    WordsToPersons,
    act_on_incident,
)
from application.language import spoken
from application.listings.incidents import INCIDENT
from application.queries.cases.found_incidents import find_case
from application.queries.cases.incidents import incident
from application.source import Source
from console.commands.people import working
from console.flags import Json, configured, option
from console.output import print_answer
from console.show.declared import tables_of
from console.streams import MOST_LIST_BYTES, opened, whole
from host.settings import Settings
from projections.folds.timetravel import Moment


@configured("store")
def detect(settings: Settings, given: NewBreach, as_json: Json = False) -> None:
    """Record that a breach of personal data was detected. Its clocks run from then on (`--at`)."""
    with working(settings, "incident", given.at) as (site, source, time):
        on_incidents.detect(site, source, given, time)
        _print(source, (given.ref, "breach", None), time, as_json)


@configured("store")
def assess(settings: Settings, given: Assessment, as_json: Json = False) -> None:
    """Record the risk of a breach, and what is known of it: all that a notification must say.

    If the risk is high, you must tell the persons (GDPR Art. 34). An item that you leave out stays as it
    was; `ledger incident notification` says what is missing.
    """
    _act(settings, given, as_json)


@configured("store")
def notify(settings: Settings, given: AuthorityNotice, as_json: Json = False) -> None:
    """Record that you notified the authority of a breach, at first or in full."""
    _act(settings, given, as_json)


@configured("store")
def tell(
    settings: Settings,
    given: WordsToPersons,
    listed: Annotated[
        str | None,
        option("--persons", "FILE", "File with more persons, one a line; - is standard input."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Record that you told persons of a breach. Persons whom you told before are left out."""
    if listed is None and not given.persons:
        _act(settings, given, as_json)
        return
    given = replace(given, persons=(*given.persons, *(_lines(listed) if listed else ())))
    with working(settings, "incident", given.at) as (site, source, time):
        counts = on_incidents.tell(site, source, given, time)
        _print(source, (given.ref, given.kind, None), time, as_json, counts)


def _lines(path: str) -> list[str]:
    with opened(path) as stream:
        content = whole(stream, "--persons", MOST_LIST_BYTES)
    texts = content.decode(errors="replace").splitlines()
    return [text.strip() for text in texts if text.strip()]


@configured("store")
def close(settings: Settings, given: BreachEnd, as_json: Json = False) -> None:
    """End a breach. Refused before the risk is assessed and everybody is told who must be."""
    _act(settings, given, as_json)


@configured("store")
def suspect(settings: Settings, given: NewMisuse, as_json: Json = False) -> None:
    """Record that you suspect misuse of a person's data or login: you must warn them (policy 4.4)."""
    with working(settings, "incident", given.at) as (site, source, time):
        ref = on_incidents.suspect(site, source, given, time)
        _print(source, (ref, "misuse", given.subject), time, as_json)


@configured("store")
def warn(settings: Settings, given: Warned, as_json: Json = False) -> None:
    """Record that you warned the person of suspected misuse, by a channel that is not misused itself."""
    _act(settings, given, as_json)


@configured("store")
def resolve(settings: Settings, given: MisuseEnd, as_json: Json = False) -> None:
    """End a case of suspected misuse. Refused before the person is warned."""
    _act(settings, given, as_json)


def _act(settings: Settings, given: OnBreach | OnMisuse, as_json: bool) -> None:
    """Record one act on an incident."""
    with working(settings, "incident", given.at) as (site, source, time):
        act_on_incident(site, source, given, time)
        subject = given.subject if isinstance(given, OnMisuse) else None
        _print(source, (given.ref, given.kind, subject), time, as_json)


def _print(
    source: Source,
    key: tuple[str, str, str | None],
    time: datetime,
    as_json: bool,
    counts: tuple[int, int] | None = None,
) -> None:
    """Print how an incident stands after an act. `key`: its reference, its kind, its person, where named.

    `counts`: persons told by this act, and before it.
    """
    # An act may lie after the clock of the query: the answer must show it.
    until = max(source.now, time)
    answer = incident(find_case(source, *key, Moment(as_of=until)), until, spoken(), counts)
    print_answer(answer, partial(tables_of, INCIDENT), as_json)
