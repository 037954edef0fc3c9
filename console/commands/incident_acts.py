"""`ledger incident`: the acts on breaches and suspected misuse, from detection to the end."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated

import typer

from application.acts import on_incidents
from application.acts.on_incidents import OnIncident, act_on_incident
from application.language import spoken
from application.listings.incidents import INCIDENT
from application.queries.cases.found_incidents import find_case
from application.queries.cases.incidents import incident
from application.source import Source
from console.commands.people import Subject, working
from console.flags import At, Json, code_option, configured, option
from console.output import print_answer
from console.setting_flags import Several
from console.show.declared import tables_of
from console.streams import MOST_LIST_BYTES, opened, whole
from host.settings import Settings
from projections.folds.timetravel import Moment
from rulebook.incidents import NATURES, PHASES, REGIMES, RISKS
from schemas import LISTED_CATEGORIES, names
from schemas.encoding import JsonValue

Ref = Annotated[str, typer.Argument(metavar="REF", help="Reference of the breach or the case.")]
Whose = Annotated[str | None, option("--subject", "S", "Whose case it is, such as customer/10023.")]
Channel = Annotated[str, option("--channel", "C", "How they were told, such as email or phone.")]
Regime = Annotated[str, code_option("--regime", "R", REGIMES)]


DelayReason = Annotated[
    str | None, option("--delay-reason", "TEXT", "Why you tell the authority too late.")
]


@configured("store")
def detect(
    settings: Settings,
    ref: Ref,
    regime: Regime = REGIMES[0],
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that a breach of personal data was detected. Its clocks run from then on (`--at`)."""
    with working(settings, "incident", at) as (site, source, time):
        on = OnIncident(ref, "breach", time)
        on_incidents.detect(site, source, on, regime)
        _print(source, on, as_json)


def _facts(**facts: JsonValue) -> dict[str, JsonValue]:
    """The facts that were given."""
    return {name: value for name, value in facts.items() if value not in (None, [])}


NO_FACTS: Mapping[str, JsonValue] = {}
_TEXTS = list[str] | None
Facts = Annotated[
    Mapping[str, JsonValue],
    Several(
        _facts,
        {
            "risk": Annotated[
                str | None,
                code_option(
                    "--risk",
                    "R",
                    RISKS,
                    "For the persons concerned: one of {}; without it as before.",
                ),
            ],
            "nature": Annotated[
                _TEXTS,
                code_option(
                    "--nature", "N", NATURES, "What was broken: one of {}; may be repeated."
                ),
            ],
            "description": Annotated[
                str | None, option("--description", "TEXT", "What happened, without personal data.")
            ],
            "subject_categories": Annotated[
                _TEXTS, option("--who", "TEXT", "A category of persons; may be repeated.")
            ],
            "subject_count": Annotated[
                int | None, option("--persons", "N", "About how many persons.", min=0)
            ],
            "categories": Annotated[
                _TEXTS,
                code_option(
                    "--category", "C", LISTED_CATEGORIES, "Of data: one of {}; may be repeated."
                ),
            ],
            "record_count": Annotated[
                int | None, option("--records", "N", "About how many records.", min=0)
            ],
            "consequences": Annotated[
                _TEXTS, option("--consequence", "TEXT", "A likely consequence; may be repeated.")
            ],
            "measures_taken": Annotated[
                _TEXTS, option("--taken", "TEXT", "A measure taken; may be repeated.")
            ],
            "measures_proposed": Annotated[
                _TEXTS, option("--proposed", "TEXT", "A measure proposed; may be repeated.")
            ],
            "delay_reason": DelayReason,
        },
    ),
]
"""What an assessment says, by the facts of its event."""


@configured("store")
def assess(
    settings: Settings, ref: Ref, facts: Facts = NO_FACTS, at: At = None, as_json: Json = False
) -> None:
    """Record the risk of a breach, and what is known of it: all that a notification must say.

    If the risk is high, you must tell the persons (GDPR Art. 34). An item that you leave out stays as it
    was; `ledger incident notification` says what is missing.
    """
    if not facts:
        raise typer.BadParameter("say what risk it is, or what is known of it")
    with working(settings, "incident", at) as (site, source, time):
        on = OnIncident(ref, "breach", time)
        on_incidents.assess(site, source, on, facts)
        _print(source, on, as_json)


@configured("store")
def notify(
    settings: Settings,
    ref: Ref,
    regime: Regime,
    phase: Annotated[
        str,
        code_option(
            "--phase", "P", PHASES, "One of {}: a full one completes the first, or is both."
        ),
    ],
    delay_reason: DelayReason = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that you notified the authority of a breach, at first or in full."""
    facts = {"regime": regime, "phase": phase}
    if delay_reason:
        facts["delay_reason"] = delay_reason
    _act(settings, (ref, "breach", None), names.AUTHORITY_NOTIFIED, facts, at, as_json)


@configured("store")
def tell(
    settings: Settings,
    ref: Ref,
    channel: Channel,
    persons: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SUBJECT...]", help="Who was told; without it: everybody, in public."
        ),
    ] = None,
    listed: Annotated[
        str | None,
        option("--persons", "FILE", "File with more persons, one a line; - is standard input."),
    ] = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that you told persons of a breach. Persons whom you told before are left out."""
    subjects = [*(persons or ()), *(_lines(listed) if listed else ())]
    if not subjects and listed is None:
        facts = {"channel": channel}
        _act(settings, (ref, "breach", None), names.SUBJECTS_NOTIFIED, facts, at, as_json)
        return
    with working(settings, "incident", at) as (site, source, time):
        on = OnIncident(ref, "breach", time)
        counts = on_incidents.tell(site, source, on, subjects, channel)
        _print(source, on, as_json, counts)


def _lines(path: str) -> list[str]:
    with opened(path) as stream:
        content = whole(stream, "--persons", MOST_LIST_BYTES)
    texts = content.decode(errors="replace").splitlines()
    return [text.strip() for text in texts if text.strip()]


@configured("store")
def close(settings: Settings, ref: Ref, at: At = None, as_json: Json = False) -> None:
    """End a breach. Refused before the risk is assessed and everybody is told who must be."""
    _act(settings, (ref, "breach", None), names.BREACH_CLOSED, {}, at, as_json)


@configured("store")
def suspect(
    settings: Settings,
    subject: Subject,
    kind: Annotated[
        list[str],
        option("--kind", "K", "Kind of misuse, such as login or call-costs; may be repeated."),
    ],
    ref: Annotated[
        str | None, option("--ref", "REF", "Its reference; without it the ledger makes one.")
    ] = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that you suspect misuse of a person's data or login: you must warn them (policy 4.4)."""
    with working(settings, "incident", at) as (site, source, time):
        on = on_incidents.suspect(site, source, subject, ref, kind, time)
        _print(source, on, as_json)


@configured("store")
def warn(
    settings: Settings,
    ref: Ref,
    channel: Channel,
    subject: Whose = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that you warned the person of suspected misuse, by a channel that is not misused itself."""
    facts = {"channel": channel}
    _act(settings, (ref, "misuse", subject), names.CUSTOMER_WARNED, facts, at, as_json)


@configured("store")
def resolve(
    settings: Settings,
    ref: Ref,
    outcome: Annotated[str, option("--outcome", "O", "Such as password-changed or unfounded.")],
    subject: Whose = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """End a case of suspected misuse. Refused before the person is warned."""
    facts = {"outcome": outcome}
    _act(settings, (ref, "misuse", subject), names.MISUSE_RESOLVED, facts, at, as_json)


def _act(
    settings: Settings,
    incident_key: tuple[str, str, str | None],
    name: str,
    facts: Mapping[str, JsonValue],
    at: str | None,
    as_json: bool,
) -> None:
    """Record one act on an incident.

    `incident_key`: its reference, its kind, whose it is; `name`: of the event.
    """
    ref, kind, subject = incident_key
    with working(settings, "incident", at) as (site, source, time):
        on = OnIncident(ref, kind, time, subject)
        act_on_incident(site, source, on, name, facts)
        _print(source, on, as_json)


def _print(
    source: Source,
    on: OnIncident,
    as_json: bool,
    counts: tuple[int, int] | None = None,
) -> None:
    """Print how an incident stands after an act. `counts`: persons told by this act, and before it."""
    # An act may lie after the clock of the query: the answer must show it.
    until = max(source.now, on.time)
    case = find_case(source, on.ref, on.kind, on.subject, Moment(as_of=until))
    answer = incident(case, until, spoken(), counts)
    print_answer(answer, partial(tables_of, INCIDENT), as_json)
