"""Acts on breaches, from detection to the end."""

from collections.abc import Sequence
from typing import Annotated, Any

from msgspec import Meta

from application.acts import on_incidents
from application.acts.handling import words_to
from application.acts.offered import PUBLIC_WAYS, WAYS
from application.acts.on_incidents import OnIncident
from application.queries.cases.found_incidents import find_case
from ledger.errors import Misconfigured
from rulebook.incidents import NATURES, PHASES, REGIMES, RISKS
from schemas import LISTED_CATEGORIES, names
from schemas.encoding import JsonValue
from web.acts import AT, Act, ActData, offered, options, time_of
from web.linking import act
from web.page import AnyForm, AnyPage, Preview, previewed
from web.pages.incident_forms import (
    OnCase,
    Proposed,
    begun,
    case_address,
    do,
    on_case,
    on_incident,
    would,
)
from web.parts import Input, Notice, Text
from web.rendering import code
from web.resource import NoParams
from web.resources.requests import CaseParams
from web.visit import Visit
from web.words import counted, t

_Count = Annotated[int, Meta(ge=0)]


class Detecting(ActData, frozen=True, kw_only=True):
    """A breach that was detected."""

    ref: str
    regime: str = REGIMES[0]


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


def _detect(visit: Visit, fields: Detecting) -> str:
    source = visit.source("incident")
    on = OnIncident(fields.ref, "breach", time_of(visit, fields))
    on_incidents.detect(visit.site, source, on, fields.regime)
    return act("incidents", fields.ref)


def _assess(visit: Visit, fields: Assessing) -> str:
    source, on = on_incident(visit, fields, "breach")
    on_incidents.assess(visit.site, source, on, _facts(fields))
    return case_address(fields)


def _notified(fields: Notifying) -> Proposed:
    facts = {"regime": fields.regime, "phase": fields.phase}
    facts |= {"delay_reason": fields.delay_reason} if fields.delay_reason else {}
    return "breach", names.AUTHORITY_NOTIFIED, facts


def _would_notify(visit: Visit, fields: Notifying) -> Preview:
    text = t(
        "act-incident-notify.would", code(fields.phase, "phase"), code(fields.regime, "regime")
    )
    return would(visit, fields, _notified(fields), Text(text))


def _would_tell(visit: Visit, fields: Telling) -> Preview:
    source, on = on_incident(visit, fields, "breach")
    persons = _split(fields.persons)
    if not persons:
        public = Notice(t("act-incident-tell.would_public", code(fields.channel, "channel")))
        return would(visit, fields, _public(fields), public)
    case = find_case(source, on.ref, on.kind)
    words = words_to(source, case, persons, fields.channel, on.time)
    before = len(set(persons)) - len(words)
    way = code(fields.channel, "channel")
    text = t("act-incident-tell.would", counted("person", len(words)), way, before)
    return previewed((Text(text),), [on.ref, len(words), before, fields])


def _public(fields: Telling) -> Proposed:
    return "breach", names.SUBJECTS_NOTIFIED, {"channel": fields.channel}


def _tell(visit: Visit, fields: Telling) -> str:
    persons = _split(fields.persons)
    if not persons:
        return do(visit, fields, _public(fields))
    source, on = on_incident(visit, fields, "breach")
    on_incidents.tell(visit.site, source, on, persons, fields.channel)
    return case_address(fields)


def _close(visit: Visit, fields: OnCase) -> str:
    return do(visit, fields, ("breach", names.BREACH_CLOSED, {}))


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


def _notify_inputs(visit: Visit, params: CaseParams) -> Sequence[Input]:
    """A notification is of what the breach falls under, and at first it is the first one."""
    regimes = find_case(visit.source("incident"), params.ref, "breach").incident.regimes
    named = (
        Input("regime", "choice", required=True, value=next(iter(regimes), "")),
        Input("phase", "choice", required=True, value=PHASES[0]),
        Input("delay_reason", "textarea", hint="delay_reason"),
    )
    return _inputs(*named)(visit, params)  # type: ignore[no-any-return]


def _detect_inputs(_visit: Visit, _params: NoParams) -> Sequence[Input]:
    regime = _worded(Input("regime", "choice", required=True, value=REGIMES[0]))
    return (Input("ref", required=True, label="breach_ref", hint="breach_ref"), regime, AT)


def _tell_inputs(visit: Visit, _params: CaseParams) -> Sequence[Input]:
    """Who is told of no person tells everybody, in public."""
    ways = offered("channel", "channel", (*WAYS, *PUBLIC_WAYS), required=True, label="told_by")
    persons = (Input("persons", "textarea", hint="persons"),) if visit.has("persons") else ()
    return (Input("subject", "hidden"), *persons, ways, AT)


ACTS: tuple[Act[Any, Any], ...] = (
    begun(
        "detect",
        "/acts/detect-breach",
        Detecting,
        params=NoParams,
        inputs=_detect_inputs,
        do=_detect,
        codes={"regime": REGIMES},
    ),
    on_case(
        "assess",
        Assessing,
        inputs=_inputs(*_ASSESSED),
        do=_assess,
        codes={"risk": RISKS, "nature": NATURES, "categories": LISTED_CATEGORIES},
    ),
    on_case(
        "notify",
        Notifying,
        inputs=_notify_inputs,
        do=lambda visit, fields: do(visit, fields, _notified(fields)),
        preview=_would_notify,
        codes={"regime": REGIMES, "phase": PHASES},
    ),
    on_case(
        "tell",
        Telling,
        inputs=_tell_inputs,
        do=_tell,
        preview=_would_tell,
        open_codes=("channel",),
    ),
    on_case("close", OnCase, inputs=_inputs(), do=_close),
)
PAGES: tuple[AnyPage, ...] = tuple(one.page for one in ACTS)
FORMS: tuple[AnyForm, ...] = tuple(one.form for one in ACTS)
