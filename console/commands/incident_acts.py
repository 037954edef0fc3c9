"""`ledger incident`: the acts on breaches and suspected misuse, from detection to the end."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, NamedTuple

import typer

from application.acts.handling import act_on_case, assessment, detection, suspicion, words_to
from application.acts.requesting import record
from application.language import spoken
from application.queries.found_incidents import find_case
from application.queries.incidents import incident
from application.source import Source
from console.commands.people import Subject, working
from console.flags import At, Json, code_option, configured
from console.output import emit, people
from console.show.incidents import incident_tables
from console.streams import opened
from host.settings import Settings
from projections.folds.timetravel import Moment
from rulebook.incidents import NATURES, PHASES, REGIMES, RISKS
from schemas import LISTED_CATEGORIES, names
from schemas.encoding import JsonValue

Ref = Annotated[str, typer.Argument(metavar="REF", help="Reference of the breach or the case.")]
Whose = Annotated[
    str | None,
    typer.Option("--subject", metavar="S", help="Whose case it is, such as customer/10023."),
]
Channel = Annotated[
    str, typer.Option("--channel", metavar="C", help="How they were told, such as email or phone.")
]
Regime = Annotated[
    str,
    code_option("--regime", "R", REGIMES),
]


DelayReason = Annotated[
    str | None,
    typer.Option("--delay-reason", metavar="TEXT", help="Why the authority is told too late."),
]


class _Which(NamedTuple):
    """Which incident is meant: of which kind it must be, and whose it is, where that is said."""

    ref: str
    kind: str
    subject: str | None = None


def add_commands(group: typer.Typer) -> None:
    """Add the commands of this module to those on incidents."""
    group.command("detect")(detect)
    group.command("assess")(assess)
    group.command("notify")(notify)
    group.command("tell")(tell)
    group.command("close")(close)
    group.command("suspect")(suspect)
    group.command("warn")(warn)
    group.command("resolve")(resolve)


@configured("store")
def detect(
    settings: Settings,
    ref: Ref,
    regime: Regime = REGIMES[0],
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that a breach of personal data was detected: from then on (`--at`) its clocks run."""
    with working(settings, "incident", at) as (site, source, time):
        record(site, [detection(source, ref, regime, time)], time)
        _print(source, _Which(ref, "breach"), time, as_json)


@configured("store")
def assess(
    settings: Settings,
    ref: Ref,
    risk: Annotated[
        str | None,
        code_option(
            "--risk", "R", RISKS, "For the persons concerned: one of {}; without it as before."
        ),
    ] = None,
    nature: Annotated[
        list[str] | None,
        code_option("--nature", "N", NATURES, "What was broken: one of {}; may be repeated."),
    ] = None,
    description: Annotated[
        str | None,
        typer.Option("--description", metavar="TEXT", help="What happened, without personal data."),
    ] = None,
    who: Annotated[
        list[str] | None,
        typer.Option("--who", metavar="TEXT", help="A category of persons; may be repeated."),
    ] = None,
    persons: Annotated[
        int | None, typer.Option("--persons", metavar="N", min=0, help="About how many persons.")
    ] = None,
    category: Annotated[
        list[str] | None,
        code_option("--category", "C", LISTED_CATEGORIES, "Of data: one of {}; may be repeated."),
    ] = None,
    records: Annotated[
        int | None, typer.Option("--records", metavar="N", min=0, help="About how many records.")
    ] = None,
    consequence: Annotated[
        list[str] | None,
        typer.Option("--consequence", metavar="TEXT", help="A likely one; may be repeated."),
    ] = None,
    taken: Annotated[
        list[str] | None,
        typer.Option("--taken", metavar="TEXT", help="A measure taken; may be repeated."),
    ] = None,
    proposed: Annotated[
        list[str] | None,
        typer.Option("--proposed", metavar="TEXT", help="A measure proposed; may be repeated."),
    ] = None,
    delay_reason: DelayReason = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record what risk a breach is, and what is known of it: all that a notification must say.

    When the risk is high the persons must be told (GDPR Art. 34). What is left out stays as it was said last;
    `ledger incident notification` says what is missing.
    """
    said = {
        "risk": risk,
        "nature": nature,
        "description": description,
        "subject_categories": who,
        "subject_count": persons,
        "categories": category,
        "record_count": records,
        "consequences": consequence,
        "measures_taken": taken,
        "measures_proposed": proposed,
        "delay_reason": delay_reason,
    }
    facts = {name: value for name, value in said.items() if value not in (None, [])}
    if not facts:
        raise typer.BadParameter("say what risk it is, or what is known of it")
    with working(settings, "incident", at) as (site, source, time):
        case = find_case(source, ref, "breach")
        record(site, [assessment(case, facts, time)], time)
        _print(source, _Which(ref, "breach"), time, as_json)


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
    """Record that the authority was notified of a breach, at first or in full."""
    facts = {"regime": regime, "phase": phase}
    if delay_reason:
        facts["delay_reason"] = delay_reason
    _act(settings, _Which(ref, "breach"), names.AUTHORITY_NOTIFIED, facts, at, as_json)


@configured("store")
def tell(
    settings: Settings,
    ref: Ref,
    channel: Channel,
    persons: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SUBJECT...]", help="Who was told; without it: all, in public."),
    ] = None,
    listed: Annotated[
        str | None,
        typer.Option(
            "--persons", metavar="FILE", help="More of them, one a line; - is standard input."
        ),
    ] = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that persons were told of a breach. Who was told before is left out, not told twice."""
    named = [*(persons or ()), *(_lines(listed) if listed else ())]
    if not named and listed is None:
        facts = {"channel": channel}
        _act(settings, _Which(ref, "breach"), names.SUBJECTS_NOTIFIED, facts, at, as_json)
        return
    with working(settings, "incident", at) as (site, source, time):
        case = find_case(source, ref, "breach")
        words = words_to(source, case, named, channel, time)
        record(site, words, time)
        told = len(words), len(set(named)) - len(words)
        _print(source, _Which(ref, "breach"), time, as_json, told)


def _lines(path: str) -> list[str]:
    with opened(path) as stream:
        texts = stream.read().decode(errors="replace").splitlines()
    return [text.strip() for text in texts if text.strip()]


@configured("store")
def close(settings: Settings, ref: Ref, at: At = None, as_json: Json = False) -> None:
    """End a breach that was assessed, and of which everybody was told who must be."""
    _act(settings, _Which(ref, "breach"), names.BREACH_CLOSED, {}, at, as_json)


@configured("store")
def suspect(
    settings: Settings,
    subject: Subject,
    kind: Annotated[
        list[str],
        typer.Option(
            "--kind", metavar="K", help="Of what, such as login or call-costs; may be repeated."
        ),
    ],
    ref: Annotated[
        str | None, typer.Option("--ref", metavar="REF", help="Its reference; made without it.")
    ] = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that misuse of a person's data or login is suspected: they must be warned (policy 4.4)."""
    with working(settings, "incident", at) as (site, source, time):
        ref, act = suspicion(source, subject, ref, kind, time)
        record(site, [act], time)
        _print(source, _Which(ref, "misuse", subject), time, as_json)


@configured("store")
def warn(
    settings: Settings,
    ref: Ref,
    channel: Channel,
    subject: Whose = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Record that the person was warned of suspected misuse, by a channel that is not misused itself."""
    facts = {"channel": channel}
    _act(settings, _Which(ref, "misuse", subject), names.CUSTOMER_WARNED, facts, at, as_json)


@configured("store")
def resolve(
    settings: Settings,
    ref: Ref,
    outcome: Annotated[
        str, typer.Option("--outcome", metavar="O", help="Such as password-changed or unfounded.")
    ],
    subject: Whose = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """End a case of suspected misuse of which the person was warned."""
    facts = {"outcome": outcome}
    _act(settings, _Which(ref, "misuse", subject), names.MISUSE_RESOLVED, facts, at, as_json)


def _act(
    settings: Settings,
    which: _Which,
    name: str,
    facts: Mapping[str, JsonValue],
    at: str | None,
    as_json: bool,
) -> None:
    """Record one act on an incident. `name`: of its event type."""
    with working(settings, "incident", at) as (site, source, time):
        case = find_case(source, which.ref, which.kind, which.subject)
        record(site, [act_on_case(case, name, facts, time)], time)
        _print(source, which, time, as_json)


def _print(
    source: Source,
    which: _Which,
    time: datetime,
    as_json: bool,
    told: tuple[int, int] | None = None,
) -> None:
    """Tell how an incident stands after what was done. `told`: how many persons now, and before."""
    until = max(source.now, time)
    case = find_case(source, which.ref, which.kind, which.subject, Moment(as_of=until))
    answer = incident(case, until, spoken(), told)
    if as_json:
        emit(answer)
    else:
        people().print(*incident_tables(answer))
