"""Acts on breaches and suspected misuse, from the beginning to the end."""

from collections.abc import Sequence
from typing import Any

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
    allowed_act,
    case_of,
    words_to,
)
from application.queries.cases.found_incidents import find_case
from application.queries.cases.incidents import incident
from application.words import code_word
from rulebook.incidents import PHASES
from web.acts import Act, WhoseParams, asked, time_of
from web.context import RequestContext
from web.linking import act
from web.page import AnyForm, AnyPage, Preview, previewed
from web.pages.common import pairs
from web.parts import Input, Notice, Text
from web.rendering import code
from web.resource import NoParams, Params
from web.resources.requests import CaseParams
from web.rights import Part
from web.words import counted, t

_OnCase = OnBreach | OnMisuse


def _detect(context: RequestContext, given: NewBreach) -> str:
    on_incidents.detect(context.site, context.source("incident"), given, time_of(context, given))
    return act("incidents", given.ref)


def _suspect(context: RequestContext, given: NewMisuse) -> str:
    source = context.source("incident")
    ref = on_incidents.suspect(context.site, source, given, time_of(context, given))
    return act("incidents", ref, subject=given.subject)


def _do(context: RequestContext, given: _OnCase) -> str:
    """Record an act on an incident; the address of its file."""
    source, time = context.acting_source("incident"), time_of(context, given)
    if isinstance(given, WordsToPersons) and given.persons:
        on_incidents.tell(context.site, source, given, time)
    else:
        act_on_incident(context.site, source, given, time)
    subject = given.subject if isinstance(given, OnMisuse) else None
    return act("incidents", given.ref, subject=subject)


def _would(context: RequestContext, given: _OnCase, *parts: object) -> Preview:
    """What an act would record, of an incident whose state allows it."""
    case = case_of(context.acting_source("incident"), given)
    allowed_act(case, given, time_of(context, given))
    return previewed(parts, [given.ref, len(case.incident.steps), given])


def _would_notify(context: RequestContext, given: AuthorityNotice) -> Preview:
    phase, regime = code(given.phase, "phase"), code(given.regime, "regime")
    return _would(context, given, Text(t("act-incident-notify.would", phase, regime)))


def _would_tell(context: RequestContext, given: WordsToPersons) -> Preview:
    way = code(given.channel, "channel")
    if not given.persons:
        return _would(context, given, Notice(t("act-incident-tell.would_public", way)))
    source = context.acting_source("incident")
    words = words_to(source, case_of(source, given), given, time_of(context, given))
    before = len(set(given.persons)) - len(words)
    text = t("act-incident-tell.would", counted("person", len(words)), way, before)
    return previewed((Text(text),), [given.ref, len(words), before, given])


def _would_warn(context: RequestContext, given: Warned) -> Preview:
    would = Text(t("act-incident-warn.would", code(given.channel, "channel")))
    return _would(context, given, would)


def _notify_inputs(context: RequestContext, params: CaseParams) -> Sequence[Input]:
    """A notification is of what the breach falls under, and at first it is the first one."""
    regimes = find_case(context.source("incident"), params.ref, "breach").incident.regimes
    regime = {"value": next(iter(regimes), "")}
    return asked(AuthorityNotice, regime=regime, phase={"value": PHASES[0]})


def _tell_inputs(context: RequestContext, _params: CaseParams) -> Sequence[Input]:
    """Who is told of no person tells everybody, in public."""
    return asked(WordsToPersons, persons={} if context.has("persons") else None)


def _about(context: RequestContext, params: CaseParams) -> Sequence[tuple[object, object]]:
    """How the incident stands."""
    source = context.source("incident")
    case = find_case(source, params.ref, subject=params.subject)
    answer = incident(case, source.now, context.language)
    name = answer.subject if isinstance(answer.subject, str) else None
    name = params.ref if answer.kind == "breach" else name
    values = (code(answer.kind, "incident_kind"), name, code_word("risk", answer.risk))
    return pairs("incident", "kind about risk", values)


def _on_case(name: str, given: type[_OnCase], **members: Any) -> Act[Any, Any]:
    """An act on one incident."""
    return Act(
        name=f"incident-{name}",
        path=f"/incidents/{{ref}}/{name}",
        section="incidents",
        part="incidents",
        deed="incidents",
        params=CaseParams,
        fields=given,
        do=_do,
        back=lambda params: act("incidents", params.ref, subject=params.subject),
        about=_about,
        **members,
    )


def _begun(
    name: str, path: str, params: type[Params], part: Part = "incidents", **members: Any
) -> Act[Any, Any]:
    """An act that begins an incident. `part`: of a case of misuse that of persons, as it names one."""
    return Act(
        name=f"incident-{name}",
        path=path,
        section="incidents",
        part=part,
        deed="incidents",
        params=params,
        back=lambda _params: "/incidents",
        **members,
    )


ACTS: tuple[Act[Any, Any], ...] = (
    _begun("detect", "/acts/detect-breach", NoParams, fields=NewBreach, do=_detect),
    _on_case("assess", Assessment),
    _on_case("notify", AuthorityNotice, inputs=_notify_inputs, preview=_would_notify),
    _on_case("tell", WordsToPersons, inputs=_tell_inputs, preview=_would_tell),
    _on_case("close", BreachEnd),
    _begun(
        "suspect",
        "/acts/suspect-misuse",
        WhoseParams,
        "persons",
        fields=NewMisuse,
        do=_suspect,
    ),
    _on_case("warn", Warned, preview=_would_warn),
    _on_case("resolve", MisuseEnd),
)
PAGES: tuple[AnyPage, ...] = tuple(one.page for one in ACTS)
FORMS: tuple[AnyForm, ...] = tuple(one.form for one in ACTS)
