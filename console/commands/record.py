"""`ledger record`: an event of any type by command, as the privacy office; shown before it is recorded."""

import sys
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated

import msgspec
import typer

from application.acts.acting import Permit, permit_of
from application.acts.asking import Prompter, asked
from application.acts.filling import Data, InvalidMember, assigned, known_member, taken
from application.acts.recording import (
    ELSEWHERE,
    Draft,
    DraftShown,
    check_draft,
    check_subject,
    draft_shown,
    falls_with,
    members_for,
    missing,
    notes,
    record_draft,
    subjects_of,
)
from application.command_line import command
from application.following import bring_up_to_date
from application.language import spoken
from application.queries.subjects import known_streams
from application.source import Source
from application.words import phrase, say
from console.commands.approving import EmergencyCode, need_second_person
from console.commands.contract import TypeName, newest
from console.commands.people import reading
from console.flags import At, Json, configured, option, time_of
from console.output import print_answer
from console.show.record import record_tables
from console.streams import object_of
from documents.text import shown
from host.settings import Settings
from host.site import Site
from host.wiring import utc_now
from ledger.errors import UnknownSubject
from ledger.reading import events_of
from schemas import EventType, is_person, names, texts
from schemas.encoding import to_json
from schemas.members import PERSONAL, Member, Shape
from schemas.references import OUTSIDERS, kind_of

_ANNULLED = names.EVENT_ANNULLED
# Attributes of the event itself, which a file may hold among the members of its data.
_ATTRIBUTES = ("subject", "time")


@configured("store")
def record_event(
    settings: Settings,
    type_name: TypeName,
    subject: Annotated[
        str | None, option("--subject", "S", "About whom or what, such as customer/10023.")
    ] = None,
    given: Annotated[
        list[str] | None,
        option(
            "--set",
            "MEMBER=VALUE",
            "A member of its data; dots name a part, JSON a whole. May be repeated.",
        ),
    ] = None,
    file: Annotated[
        str | None, option("--file", "FILE", "Members as JSON or TOML; - is standard input.")
    ] = None,
    at: At = None,
    emergency: EmergencyCode = None,
    yes: Annotated[
        bool, typer.Option("--yes", "--send", help="Record it; without --yes it is only shown.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Record an event of any type, as the privacy office; without --yes it is only shown.

    On a terminal, without --file and --yes, it asks for every member that you did not give, and at the end
    whether to record. Give values of persons at the prompt or in a file, never as an argument: other users
    see arguments. The command does not show these values again. `ledger schema show TYPE` says what the
    members are.
    """
    entry, language = newest(type_name), spoken()
    _refuse_own(entry)
    asks = _is_terminal() and file is None and not yes and not as_json
    mode = _Mode(yes, asks, language, as_json, emergency, at)
    try:
        members = object_of("--file", file) if file else {}
        members |= {"subject": subject} if subject else {}
        members |= {"time": at} if at else {}
        draft = _drafted(entry, members, given or (), mode)
        with reading(settings, "record") as (site, source):
            bring_up_to_date(site)
            _go(site, source, draft, members_for(entry, draft.subject), mode)
    except InvalidMember as error:
        raise typer.BadParameter(str(error)) from None


class _Mode(msgspec.Struct, frozen=True):
    """How the command goes on. `asks`: a person at the terminal answers questions."""

    yes: bool
    asks: bool
    language: texts.Language
    as_json: bool
    emergency: str | None = None
    at: str | None = None


def _drafted(
    entry: EventType, from_file: dict[str, object], assignments: Sequence[str], mode: _Mode
) -> Draft:
    """The event of a file, of flags and of what is asked for. Raises InvalidMember.

    Takes the subject and the time out of `from_file`: what is left are members of the data.
    """
    prompter = Prompter(_ask, _tell, mode.language)
    attributes = {key: str(from_file.pop(key)) for key in _ATTRIBUTES if key in from_file}
    subject = attributes.get("subject") or (_asked_subject(entry, prompter) if mode.asks else "")
    check_subject(entry, subject, mode.language)
    members = members_for(entry, subject)
    data = _data(members, from_file, assignments, mode.language)
    if mode.asks:
        data = asked(members, data, prompter)
    lacking = missing(members, data, mode.language)
    if lacking:
        raise InvalidMember("; ".join(lacking))
    return Draft(entry, subject, time_of("--at", attributes.get("time")) or utc_now(), data)


def _go(site: Site, source: Source, draft: Draft, members: tuple[Member, ...], mode: _Mode) -> None:
    """Show an event, and record it where `--yes` or the person at the terminal says so."""
    check_draft(site, draft, mode.language)
    remarks = notes(source, draft, mode.language)
    if not mode.yes:
        dry = phrase("record-note", "dry", mode.language)
        _print(draft_shown(site, draft, [dry, *remarks], None, mode.language), members, mode)
        question = phrase("record", "confirm", mode.language)
        if not (mode.asks and typer.confirm(question, err=True)):
            return
    permit = _approve(site, source, draft, mode)
    also = falls_with(source, draft) if draft.entry.name == _ANNULLED else []
    act = record_draft(site, draft, mode.language, permit, also)
    bring_up_to_date(site)
    recorded = phrase("record-note", "recorded", mode.language, act.last_position, act.ids[0])
    _print(draft_shown(site, draft, [recorded, *remarks], act, mode.language), members, mode)


def _approve(site: Site, source: Source, draft: Draft, mode: "_Mode") -> Permit | None:
    """What the event may be recorded by, where it needs two persons.

    An annulment can end a hold, so it does where the release of a hold does. A confidential ledger always
    asks for two, and for its roles as well.
    """
    name = draft.entry.name
    here = permit_of(name, draft.subject) if site.settings.confidential else None
    if mode.emergency and (here is None or _is_of_staff(draft)):
        raise typer.BadParameter(say("record", "no-emergency"))
    if name == _ANNULLED:
        _check_there(source, draft)
    elif here is None:
        return None
    what = [name, draft.subject, draft.shown, mode.at]
    # Of an employee nothing may be known yet.
    about = draft.subject if name == _ANNULLED and is_person(draft.subject) else None
    again, act = _again(draft, mode.at), here or "hold-release"
    return need_second_person(site, act, what, again, about, mode.emergency)


def _is_of_staff(draft: Draft) -> bool:
    """Whether it may take a role from an officer: nobody does that alone."""
    return kind_of(draft.subject) not in OUTSIDERS


def _again(draft: Draft, at: str | None) -> str:
    """The command that the second person gives, with every member: that person checks what it says."""
    given = [
        f"{member}={value if isinstance(value, str) else to_json(value).decode()}"
        for member, value in draft.shown.items()
    ]
    return command("record", draft.entry.name, subject=draft.subject, set=given, at=at, yes=True)


def _check_there(source: Source, draft: Draft) -> None:
    """Refuse to annul what is not there: a wrong letter in an id would be approved, and annul nothing."""
    try:
        streams = known_streams(source, draft.subject)
    except UnknownSubject:
        streams = []
    told_by = draft.data.get("annuls_source")
    if not any(
        event.id == draft.data["annuls"] and told_by in {None, event.source}
        for event in events_of(source.session, streams)
    ):
        raise typer.BadParameter(say("record", "annuls-nothing"))


def _refuse_own(entry: EventType) -> None:
    elsewhere = ELSEWHERE.get(entry.name)
    if elsewhere:
        raise typer.BadParameter(say("record", "elsewhere", f"`{elsewhere}`"))


def _asked_subject(entry: EventType, prompter: Prompter) -> str:
    prompter.tell(prompter.says("subject-asked", subjects_of(entry)))
    return prompter.ask("subject").strip()


def _data(
    members: tuple[Member, ...],
    from_file: Mapping[str, object],
    assignments: Sequence[str],
    language: texts.Language,
) -> Data:
    """Members of a file, and over them those of flags. Raises InvalidMember with all that is wrong."""
    shape, data, wrong = Shape("object", members=members), Data(), list[str]()
    for key, value in from_file.items():
        try:
            data |= taken(shape, {key: value}, language)
        except InvalidMember as error:
            wrong.append(str(error))
    # An error names the flag by its place: what was typed may hold a value of a person.
    for place, assignment in enumerate(assignments, 1):
        path, equals, text = assignment.partition("=")
        try:
            if not equals:
                raise InvalidMember(phrase("record", "pair", language))
            if known_member(members, path.split(".")[0], language) == PERSONAL:
                raise InvalidMember(phrase("record", "is-personal", language))
            data = assigned(shape, data, path, text, language)
        except InvalidMember as error:
            wrong.append(f"--set {place}: {error}")
    if wrong:
        raise InvalidMember("; ".join(wrong))
    return data


def _print(answer: DraftShown, members: tuple[Member, ...], mode: _Mode) -> None:
    by_name = {member.name: member for member in members}
    print_answer(answer, partial(record_tables, members=by_name), mode.as_json)


def _ask(prompt: str) -> str:
    answer: str = typer.prompt(prompt, default="", show_default=False, err=True)
    return answer


def _tell(text: str) -> None:
    typer.echo(shown(text), err=True)


def _is_terminal() -> bool:
    return sys.stdin.isatty()
