"""`ledger record`: an event of any type by command, as the privacy office; shown before it is recorded."""

import sys
import tomllib
from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec
import typer

from application.acts.asking import Prompter, asked
from application.acts.filling import Data, InvalidMember, assigned, known_member, taken
from application.acts.recording import (
    ELSEWHERE,
    Draft,
    DraftShown,
    check_draft,
    check_subject,
    draft_shown,
    members_for,
    missing,
    notes,
    record_draft,
    subjects_of,
)
from application.following import bring_up_to_date
from application.language import spoken
from application.source import Source
from application.words import phrase, say
from console.commands.approving import need_second_person
from console.commands.contract import TypeName, newest
from console.commands.people import reading
from console.flags import At, Json, configured, option, time_of
from console.output import emit, people
from console.show.record import record_tables
from console.streams import STANDARD_INPUT, text_of
from documents.text import shown
from host.settings import Settings
from host.site import Site
from host.wiring import utc_now
from schemas import EventType, is_person, names, texts
from schemas.members import PERSONAL, Member, Shape

_ANNULLED = names.EVENT_ANNULLED
_BESIDE = ("subject", "time")


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
    yes: Annotated[
        bool, typer.Option("--yes", "--send", help="Record it; without this it is only shown.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Record an event of any type, as the privacy office; without --yes it is only shown.

    On a terminal, without --file and --yes, it asks for every member that was not given, and at the end
    whether to record. Values of persons come from the prompt or a file, never from an argument: others see
    those. They are not shown again. `ledger schema show TYPE` says what the members are.
    """
    entry, language = newest(type_name), spoken()
    _refuse_own(entry)
    asks = _is_terminal() and file is None and not yes and not as_json
    way = _Mode(yes, asks, language, as_json)
    try:
        found = _from_file(file) if file else {}
        found |= {"subject": subject} if subject else {}
        found |= {"time": at} if at else {}
        draft = _drafted(entry, found, given or (), way)
        with reading(settings, "record") as (site, source):
            bring_up_to_date(site)
            _go(site, source, draft, members_for(entry, draft.subject), way)
    except InvalidMember as error:
        raise typer.BadParameter(str(error)) from None


class _Mode(msgspec.Struct, frozen=True):
    """How it goes on. `asks`: somebody sits at the terminal."""

    yes: bool
    asks: bool
    language: texts.Language
    as_json: bool


def _drafted(entry: EventType, found: dict[str, object], given: Sequence[str], way: _Mode) -> Draft:
    """The event of what was found in a file and given by flags, and of what is asked. Raises Unfit."""
    who = Prompter(_ask, _tell, way.language)
    beside = {key: str(found.pop(key)) for key in _BESIDE if key in found}
    about = beside.get("subject") or (_asked_subject(entry, who) if way.asks else "")
    check_subject(entry, about, way.language)
    members = members_for(entry, about)
    data = _given(members, found, given, way.language)
    if way.asks:
        data = asked(members, data, who)
    lacking = missing(members, data, way.language)
    if lacking:
        raise InvalidMember("; ".join(lacking))
    return Draft(entry, about, time_of("--at", beside.get("time")) or utc_now(), data)


def _go(site: Site, source: Source, draft: Draft, members: tuple[Member, ...], way: _Mode) -> None:
    """Show an event, and record it when that is wanted."""
    check_draft(site, draft, way.language)
    told = notes(source, draft, way.language)
    if not way.yes:
        dry = phrase("record-note", "dry", way.language)
        _print(draft_shown(site, draft, [dry, *told], None, way.language), members, way)
        question = phrase("record", "confirm", way.language)
        if not (way.asks and typer.confirm(question, err=True)):
            return
    _approve(site, draft)
    acted = record_draft(site, draft, way.language)
    bring_up_to_date(site)
    done = phrase("record-note", "recorded", way.language, acted.last_position, acted.ids[0])
    _print(draft_shown(site, draft, [done, *told], acted, way.language), members, way)


def _approve(site: Site, draft: Draft) -> None:
    """An annulment can end a hold, so it needs whom the end of one needs."""
    if draft.entry.name == _ANNULLED:
        which = [draft.data["annuls"], draft.data.get("annuls_source", "")]
        about = draft.subject if is_person(draft.subject) else None
        again = f"ledger record {_ANNULLED} --subject {draft.subject} … --yes"
        need_second_person(site, "hold-release", [_ANNULLED, *which], again, about=about)


def _refuse_own(entry: EventType) -> None:
    elsewhere = ELSEWHERE.get(entry.name)
    if elsewhere:
        raise typer.BadParameter(say("record", "elsewhere", f"`{elsewhere}`"))


def _asked_subject(entry: EventType, who: Prompter) -> str:
    who.tell(who.says("subject-asked", subjects_of(entry)))
    return who.ask("subject").strip()


def _from_file(path: str) -> dict[str, object]:
    """The members of a file: TOML by its name, else JSON; standard input may be either."""
    text = text_of("--file", path)
    for read in (tomllib.loads, _json) if path.endswith(".toml") else (_json, tomllib.loads):
        try:
            found = read(text)
        except (msgspec.DecodeError, tomllib.TOMLDecodeError):
            continue
        if isinstance(found, dict):
            return found
    where = "standard input" if path == STANDARD_INPUT else "the file"
    raise typer.BadParameter(f"--file: expected {where} to be an object in JSON or TOML")


def _json(text: str) -> object:
    return msgspec.json.decode(text)


def _given(
    members: tuple[Member, ...],
    found: Mapping[str, object],
    given: Sequence[str],
    language: texts.Language,
) -> Data:
    """Members of a file, and over them those of flags. Raises Unfit with everything that is wrong."""
    shape, data, wrong = Shape("object", members=members), Data(), list[str]()
    for key, value in found.items():
        try:
            data |= taken(shape, {key: value}, language)
        except InvalidMember as error:
            wrong.append(str(error))
    for place, one in enumerate(given, 1):
        path, equals, text = one.partition("=")
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


def _print(answer: DraftShown, members: tuple[Member, ...], way: _Mode) -> None:
    if way.as_json:
        emit(answer)
    else:
        known = {one.name: one for one in members}
        people().print(*record_tables(answer, known))


def _ask(prompt: str) -> str:
    answer: str = typer.prompt(prompt, default="", show_default=False, err=True)
    return answer


def _tell(text: str) -> None:
    typer.echo(shown(text), err=True)


def _is_terminal() -> bool:
    return sys.stdin.isatty()
