"""Acts on breaches and suspected misuse, from detection to the end."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from msgspec import Meta

from application.acts import on_incidents
from application.acts.handling import act_on_case, words_to
from application.acts.on_incidents import OnIncident, act_on_incident
from application.queries.cases.found_incidents import FoundIncident, find_case
from application.queries.cases.incidents import incident
from application.source import Source
from application.words import code_word
from ledger.errors import Misconfigured
from rulebook.incidents import NATURES, PHASES, REGIMES, RISKS
from schemas import LISTED_CATEGORIES, names
from schemas.encoding import JsonValue
from web.acts import AT, Act, ActData, options, time_of
from web.linking import act
from web.page import AnyForm, AnyPage, Preview, previewed
from web.pages.common import pairs
from web.parts import Input, Notice, Text
from web.rendering import code
from web.resource import NoParams, Params
from web.resources.requests import CaseParams
from web.rights import Part
from web.visit import Visit
from web.words import counted, t

_Count = Annotated[int, Meta(ge=0)]


class SuspectingParams(Params, frozen=True, kw_only=True):
    """Whose data, where a link says so."""

    subject: str | None = None


class Detecting(ActData, frozen=True, kw_only=True):
    """A breach that was detected."""

    ref: str
    regime: str = REGIMES[0]


class Suspecting(ActData, frozen=True, kw_only=True):
    """Suspected misuse of a person's data or login. `kinds`: of misuse, one a line."""

    subject: str
    kinds: str
    ref: str | None = None


class OnCase(ActData, frozen=True, kw_only=True):
    """The incident of an act."""

    ref: str
    subject: str | None = None


class Assessing(OnCase, frozen=True, kw_only=True):
    """What is known of a breach; what is left out stays as it was. Texts of several lines are lists."""

    risk: str | None = None
    nature: tuple[str, ...] = ()
    description: str | None = None
    subject_categories: str | None = None
    subject_count: _Count | None = None
    categories: tuple[str, ...] = ()
    record_count: _Count | None = None
    consequences: str | None = None
    measures_taken: str | None = None
    measures_proposed: str | None = None
    delay_reason: str | None = None


class Notifying(OnCase, frozen=True, kw_only=True):
    """That the authority was notified."""

    regime: str
    phase: str
    delay_reason: str | None = None


class Telling(OnCase, frozen=True, kw_only=True):
    """That persons were told, one a line; without them everybody, in public."""

    channel: str
    persons: str | None = None


class Warning(OnCase, frozen=True, kw_only=True):
    """That the person was warned."""

    channel: str


class Resolving(OnCase, frozen=True, kw_only=True):
    """How a case of misuse ended."""

    outcome: str


_LISTS = ("subject_categories", "consequences", "measures_taken", "measures_proposed")
_KNOWN = (
    "risk",
    "nature",
    "description",
    "subject_count",
    "categories",
    "record_count",
    "delay_reason",
)


def _split(text: str | None) -> list[str]:
    """The lines of a text that say something."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _plain(value: JsonValue | tuple[str, ...]) -> JsonValue:
    return list(value) if isinstance(value, tuple) else value


def _facts(fields: Assessing) -> dict[str, JsonValue]:
    """What was filled in. Raises Misconfigured where nothing was."""
    values: dict[str, JsonValue] = {name: _plain(getattr(fields, name)) for name in _KNOWN}
    values |= {name: _split(getattr(fields, name)) for name in _LISTS}
    facts: dict[str, JsonValue] = {
        name: value for name, value in values.items() if value not in (None, [])
    }
    if not facts:
        raise Misconfigured("say what risk it is, or what is known of it", field="risk")
    return facts


def _on(visit: Visit, fields: OnCase, kind: str) -> tuple[Source, OnIncident]:
    source = visit.acting_source("incident")
    return source, OnIncident(fields.ref, kind, time_of(visit, fields), fields.subject)


def _case(fields: OnCase) -> str:
    return act("incidents", fields.ref, subject=fields.subject)


def _detect(visit: Visit, fields: Detecting) -> str:
    source = visit.source("incident")
    on = OnIncident(fields.ref, "breach", time_of(visit, fields))
    on_incidents.detect(visit.site, source, on, fields.regime)
    return act("incidents", fields.ref)


def _suspect(visit: Visit, fields: Suspecting) -> str:
    source, kinds = visit.source("incident"), _split(fields.kinds)
    time = time_of(visit, fields)
    on = on_incidents.suspect(visit.site, source, fields.subject, fields.ref, kinds, time)
    return act("incidents", on.ref, subject=fields.subject)


def _assess(visit: Visit, fields: Assessing) -> str:
    source, on = _on(visit, fields, "breach")
    on_incidents.assess(visit.site, source, on, _facts(fields))
    return _case(fields)


def _would(
    visit: Visit, fields: OnCase, proposed: tuple[str, str, Mapping[str, JsonValue]], *parts: object
) -> Preview:
    """What an act would record, of an incident whose state allows it. `proposed`: kind, name and facts."""
    kind, name, facts = proposed
    source, on = _on(visit, fields, kind)
    case = find_case(source, on.ref, kind, on.subject)
    act_on_case(case, name, facts, on.time)
    return previewed(parts, [on.ref, len(case.incident.steps), fields])


def _notified(fields: Notifying) -> tuple[str, str, Mapping[str, JsonValue]]:
    facts = {"regime": fields.regime, "phase": fields.phase}
    facts |= {"delay_reason": fields.delay_reason} if fields.delay_reason else {}
    return "breach", names.AUTHORITY_NOTIFIED, facts


def _would_notify(visit: Visit, fields: Notifying) -> Preview:
    text = t(
        "act-incident-notify.would", code(fields.phase, "phase"), code(fields.regime, "regime")
    )
    return _would(visit, fields, _notified(fields), Text(text))


def _do(visit: Visit, fields: OnCase, proposed: tuple[str, str, Mapping[str, JsonValue]]) -> str:
    kind, name, facts = proposed
    source, on = _on(visit, fields, kind)
    act_on_incident(visit.site, source, on, name, facts)
    return _case(fields)


def _would_tell(visit: Visit, fields: Telling) -> Preview:
    source, on = _on(visit, fields, "breach")
    persons = _split(fields.persons)
    if not persons:
        public = Notice(t("act-incident-tell.would_public", fields.channel))
        return _would(visit, fields, _public(fields), public)
    case = find_case(source, on.ref, on.kind)
    words = words_to(source, case, persons, fields.channel, on.time)
    before = len(set(persons)) - len(words)
    text = t("act-incident-tell.would", counted("person", len(words)), fields.channel, before)
    return previewed((Text(text),), [on.ref, len(words), before, fields])


def _public(fields: Telling) -> tuple[str, str, Mapping[str, JsonValue]]:
    return "breach", names.SUBJECTS_NOTIFIED, {"channel": fields.channel}


def _tell(visit: Visit, fields: Telling) -> str:
    persons = _split(fields.persons)
    if not persons:
        return _do(visit, fields, _public(fields))
    source, on = _on(visit, fields, "breach")
    on_incidents.tell(visit.site, source, on, persons, fields.channel)
    return _case(fields)


def _warned(fields: Warning) -> tuple[str, str, Mapping[str, JsonValue]]:
    return "misuse", names.CUSTOMER_WARNED, {"channel": fields.channel}


def _would_warn(visit: Visit, fields: Warning) -> Preview:
    return _would(
        visit, fields, _warned(fields), Text(t("act-incident-warn.would", fields.channel))
    )


def _close(visit: Visit, fields: OnCase) -> str:
    return _do(visit, fields, ("breach", names.BREACH_CLOSED, {}))


def _resolve(visit: Visit, fields: Resolving) -> str:
    return _do(visit, fields, ("misuse", names.MISUSE_RESOLVED, {"outcome": fields.outcome}))


def _about(visit: Visit, params: CaseParams) -> Sequence[tuple[object, object]]:
    """How the incident stands."""
    source = visit.source("incident")
    case: FoundIncident = find_case(source, params.ref, subject=params.subject)
    answer = incident(case, source.now, visit.language)
    name = answer.subject if isinstance(answer.subject, str) else None
    values = (code(answer.kind, "incident_kind"), name, code_word("risk", answer.risk))
    return pairs("incident", "kind about risk", values)


def _inputs(*inputs: Input) -> Any:
    """The fields of an act on a case, always the same."""

    def made(_visit: Visit, _params: CaseParams) -> Sequence[Input]:
        return (Input("subject", "hidden"), *(_worded(it) for it in inputs), AT)

    return made


_OPTIONS = {
    "risk": ("risk", RISKS),
    "nature": ("nature", NATURES),
    "categories": ("category", LISTED_CATEGORIES),
    "regime": ("regime", REGIMES),
    "phase": ("phase", PHASES),
}


def _worded(it: Input) -> Input:
    """A field with its options in the language of the page."""
    if it.name not in _OPTIONS:
        return it
    about, codes = _OPTIONS[it.name]
    return Input(it.name, it.kind, options(about, codes), it.required, hint=it.hint, value=it.value)


_ASSESSED = (
    Input("risk", "choice", hint="as_before"),
    Input("nature", "checks"),
    Input("description", "textarea", hint="no_personal_data"),
    Input("subject_categories", "textarea", hint="one_a_line"),
    Input("subject_count", "number"),
    Input("categories", "checks"),
    Input("record_count", "number"),
    Input("consequences", "textarea", hint="one_a_line"),
    Input("measures_taken", "textarea", hint="one_a_line"),
    Input("measures_proposed", "textarea", hint="one_a_line"),
    Input("delay_reason", "textarea", hint="delay_reason"),
)


def _on_case(name: str, fields: type[Any], **members: Any) -> Act[Any, Any]:
    """An act on one incident."""
    return Act(
        name=f"incident-{name}",
        path=f"/incidents/{{ref}}/{name}",
        section="incidents",
        part="incidents",
        deed="incidents",
        params=CaseParams,
        fields=fields,
        back=lambda params: act("incidents", params.ref, subject=params.subject),
        about=_about,
        **members,
    )


def _begun(
    name: str, path: str, fields: type[Any], part: Part = "incidents", **members: Any
) -> Act[Any, Any]:
    """An act that begins an incident. `part`: of a case of misuse that of persons, as it names one."""
    return Act(
        name=f"incident-{name}",
        path=path,
        section="incidents",
        part=part,
        deed="incidents",
        fields=fields,
        back=lambda _params: "/incidents",
        **members,
    )


def _detect_inputs(_visit: Visit, _params: NoParams) -> Sequence[Input]:
    regime = _worded(Input("regime", "choice", required=True, value=REGIMES[0]))
    return (Input("ref", required=True, label="breach_ref", hint="breach_ref"), regime, AT)


def _suspect_inputs(_visit: Visit, _params: SuspectingParams) -> Sequence[Input]:
    return (
        Input("subject", required=True, hint="subject"),
        Input("kinds", "textarea", required=True, hint="kinds"),
        Input("ref", hint="ref"),
        AT,
    )


_CHANNEL = Input("channel", required=True, label="told_by", hint="told_by")


def _tell_inputs(visit: Visit, params: CaseParams) -> Sequence[Input]:
    """Who is told of no person tells everybody, in public."""
    persons = (Input("persons", "textarea", hint="persons"),) if visit.has("persons") else ()
    return _inputs(_CHANNEL, *persons)(visit, params)  # type: ignore[no-any-return]


ACTS: tuple[Act[Any, Any], ...] = (
    _begun(
        "detect",
        "/acts/detect-breach",
        Detecting,
        params=NoParams,
        inputs=_detect_inputs,
        do=_detect,
        codes={"regime": REGIMES},
    ),
    _begun(
        "suspect",
        "/acts/suspect-misuse",
        Suspecting,
        part="persons",
        params=SuspectingParams,
        inputs=_suspect_inputs,
        do=_suspect,
    ),
    _on_case(
        "assess",
        Assessing,
        inputs=_inputs(*_ASSESSED),
        do=_assess,
        codes={"risk": RISKS, "nature": NATURES, "categories": LISTED_CATEGORIES},
    ),
    _on_case(
        "notify",
        Notifying,
        inputs=_inputs(
            Input("regime", "choice", required=True),
            Input("phase", "choice", required=True),
            Input("delay_reason", "textarea", hint="delay_reason"),
        ),
        do=lambda visit, fields: _do(visit, fields, _notified(fields)),
        preview=_would_notify,
        codes={"regime": REGIMES, "phase": PHASES},
    ),
    _on_case(
        "tell",
        Telling,
        inputs=_tell_inputs,
        do=_tell,
        preview=_would_tell,
    ),
    _on_case("close", OnCase, inputs=_inputs(), do=_close),
    _on_case(
        "warn",
        Warning,
        inputs=_inputs(_CHANNEL),
        do=lambda visit, fields: _do(visit, fields, _warned(fields)),
        preview=_would_warn,
    ),
    _on_case(
        "resolve",
        Resolving,
        inputs=_inputs(Input("outcome", required=True, label="ended_by", hint="ended_by")),
        do=_resolve,
    ),
)
PAGES: tuple[AnyPage, ...] = tuple(one.page for one in ACTS)
FORMS: tuple[AnyForm, ...] = tuple(one.form for one in ACTS)
