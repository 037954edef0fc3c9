"""What a person of the portal agrees to, objects to and chooses; each change is a page that asks for it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, get_args

from msgspec import Meta

from application.acts import by_person
from application.language import spoken
from application.queries.persons.consents import ChoiceShown, ConsentShown
from application.queries.reports.own import OwnConsents
from projections.views.consent_status import Hindrance
from rulebook.consent_validity import Lack
from rulebook.portal import PORTAL_ACTS, consent_text
from rulebook.purposes import CHANNELS, Channel
from schemas import names
from schemas.formats import Code
from web.acts import Act
from web.context import RequestContext
from web.linking import act
from web.moments import day
from web.page import Page
from web.pages.common import cap
from web.pages.my import OwnForm, deed, done
from web.parts import Input, Table, columns, lines
from web.pieces import Link, Tag
from web.portal import HOME
from web.problems import NotFound
from web.rendering import code
from web.resource import NoParams, Params
from web.resources.own import own_consents
from web.words import counted, t

CHOICES = f"{HOME}/choices"
LISTING = "directory-listing"
PURPOSES = tuple(
    entry.about for entry in PORTAL_ACTS if entry.kind == "consent" and entry.about != LISTING
)
"""What the person is asked. A listing in directories is asked with the directories."""
DIRECTORIES = ("print", "online")
"""What a directory may be: the purposes of a listing that the portal offers."""
_GIVEN = frozenset({"given", "renewed"})
# Why a consent has no effect that the answer itself does not say: "no" says that it was refused or withdrawn.
_SAID = frozenset(get_args(Hindrance)) - {"expired", "refused", "withdrawn", "erased"}
_NO_YES = frozenset({*get_args(Lack), "former-relationship"})
"""What makes of a yes none, so that it can be said again."""
_EVERY = "all"
YesNo = Literal["yes", "no"]


class ConsentParams(Params, frozen=True):
    """What a consent is about."""

    purpose: Code


class ChannelParams(Params, frozen=True):
    """By which channel no marketing may come any more."""

    channel: Channel


class Consenting(OwnForm, frozen=True, kw_only=True):
    """A consent that is given or taken back."""

    purpose: Code


class Objecting(OwnForm, frozen=True, kw_only=True):
    """An objection to marketing by a channel."""

    channel: Channel


class CallerId(OwnForm, frozen=True, kw_only=True):
    """Whether the number is withheld from whom the person calls."""

    blocked: YesNo


class Directory(OwnForm, frozen=True, kw_only=True):
    """In which directories the person stands; in none where nothing is marked."""

    directory: Annotated[tuple[Literal["print", "online"], ...], Meta(max_length=2)] = ()


def _choices(
    _visit: RequestContext, _params: NoParams, answer: OwnConsents
) -> Mapping[str, object]:
    by_purpose = {row.purpose: row for row in answer.consents}
    given = sum(_is_given(by_purpose.get(one)) for one in PURPOSES)
    parts = (
        _table("consents", (_consent(one, by_purpose.get(one)) for one in PURPOSES)),
        _table("channels", _channels(answer.choices)),
        _table("others", _others(answer)),
    )
    said = t("my-choices.said", counted("my-yes", given)) if given else t("my-choices.said_none")
    return {"title": t("my-choices.title"), "said": said, "parts": parts}


def _is_given(row: ConsentShown | None) -> bool:
    """Whether the person said yes; what is no consent, or of an earlier relationship, is no yes of theirs."""
    return row is not None and row.status in _GIVEN and row.hindrance not in _NO_YES


def _table(name: str, rows: Iterator[tuple[object, ...]]) -> Table:
    headings = columns(*(t(f"my-choices.{word}") for word in (f"{name}_what", "now", "how")))
    return Table(t(f"my-choices.{name}"), headings, tuple(rows), name)


def _consent(purpose: str, row: ConsentShown | None) -> tuple[object, ...]:
    what = code(purpose, "purpose")
    word = "withdraw" if _is_given(row) else "give"
    return (
        cap(what),
        _standing(row),
        _change(f"my-choices.{word}", what, "consents", purpose, word),
    )


def _standing(row: ConsentShown | None) -> object:
    """What was said last, since when, and why it counts for nothing where it does not."""
    if row is None:
        return t("my-choices.never")
    if row.status == "expired" and row.valid_until:
        ended = t("my-choices.expired", day(row.since), day(row.valid_until))
        return lines(t("my-choices.no"), ended)
    since = t("my-choices.since", day(row.since))
    why = t(f"my-choices.why-{row.hindrance}") if row.hindrance in _SAID else None
    if row.hindrance in _NO_YES:
        return lines(t("my-choices.no"), why)
    if row.status not in _GIVEN:
        return lines(t("my-choices.no"), since, why)
    return lines(Tag(t("my-choices.yes"), "good" if row.effective else "plain"), since, why)


def _channels(choices: Sequence[ChoiceShown]) -> Iterator[tuple[object, ...]]:
    objected = {
        row.facts.get("channel"): row
        for row in choices
        if row.choice == names.MARKETING_OBJECTION_RECORDED
    }
    for channel in CHANNELS:
        row = objected.get(channel) or objected.get(_EVERY)
        what = code(channel, "channel")
        since = t("my-choices.since", day(row.since)) if row else None
        change = None if row else _change("my-choices.object", what, "objections", channel)
        yield cap(what), lines(t(f"my-choices.{'objected' if row else 'open'}"), since), change


def _others(answer: OwnConsents) -> Iterator[tuple[object, ...]]:
    by_name = {row.choice: row for row in answer.choices}
    listing = next((row for row in answer.consents if row.purpose == LISTING), None)
    for name, word, consent in (
        (names.CALLER_ID_BLOCKING_CHANGED, "caller-id", None),
        (names.DIRECTORY_LISTING_CHANGED, "directory", listing),
    ):
        row = by_name.get(name)
        what = t(f"my-choices.{word}")
        since = t("my-choices.since", day(row.since)) if row else None
        now = lines(_chosen(row.facts), since) if row else _standing(consent)
        yield what, now, _change("my-choices.change", what, word)


def _chosen(facts: Mapping[str, Any]) -> object:
    """What an event of a choice says now."""
    if "blocked" in facts:
        return t("my-choices.blocked" if facts["blocked"] else "my-choices.shown")
    if not facts.get("listed"):
        return t("my-choices.unlisted")
    listed = ", ".join(str(t(f"my-directory.{one}")) for one in _listed(facts))
    return t("my-choices.listed_in", listed) if listed else t("my-choices.listed")


def _listed(facts: Mapping[str, Any]) -> list[str]:
    """The directories of a listing that the portal knows."""
    return [one for one in DIRECTORIES if one in facts.get("purposes", ())]


def _change(word: str, what: object, *path: str) -> Link:
    """A link to a form. What it is about stands in it, for who hears the links alone."""
    return Link(act("my", "choices", *path), t(word, what))


def _purpose(params: ConsentParams) -> str:
    """The purpose of an address. Raises NotFound for what nobody is asked for."""
    if params.purpose not in PURPOSES:
        raise NotFound
    return params.purpose


def _asked(context: RequestContext, params: ConsentParams) -> Sequence[tuple[object, object]]:
    """What the person agrees to, word for word, and what they said until now."""
    purpose = _purpose(params)
    text = consent_text(purpose).said(spoken())
    now = _standing(_consent_to(context, purpose))
    return (t("my-choices.text"), text), (t("my-choices.now"), now)


def _consent_to(context: RequestContext, purpose: str) -> ConsentShown | None:
    rows = own_consents.load(context, NoParams()).consents
    return next((row for row in rows if row.purpose == purpose), None)


def _give(context: RequestContext, form: Consenting) -> str:
    source = context.own_acting_source("own-consents")
    version = consent_text(form.purpose).version_in(spoken()) if form.purpose in PURPOSES else ""
    name = deed(context, "/me/consents", form)
    return done(by_person.give_consent(context.site, source, name, form.purpose, version))


def _withdraw(context: RequestContext, form: Consenting) -> str:
    source = context.own_acting_source("own-consents")
    name = deed(context, "/me/consents", form)
    return done(by_person.withdraw_consent(context.site, source, name, form.purpose))


def _choose(context: RequestContext, form: OwnForm, choice: str, facts: Mapping[str, Any]) -> str:
    source = context.own_acting_source("own-consents")
    name = deed(context, "/me/choices", form)
    return done(by_person.choose(context.site, source, name, choice, facts))


def _object(context: RequestContext, form: Objecting) -> str:
    return _choose(context, form, names.MARKETING_OBJECTION_RECORDED, {"channel": form.channel})


def _block(context: RequestContext, form: CallerId) -> str:
    return _choose(
        context, form, names.CALLER_ID_BLOCKING_CHANGED, {"blocked": form.blocked == "yes"}
    )


def _list(context: RequestContext, form: Directory) -> str:
    """A listing needs a consent: both are recorded, or taken back, under the name of the one form."""
    source = context.own_acting_source("own-consents")
    name = deed(context, "/me/consents", form)
    if form.directory:
        version = consent_text(LISTING).version_in(spoken())
        by_person.give_consent(context.site, source, name, LISTING, version)
    elif _is_given(_consent_to(context, LISTING)):
        by_person.withdraw_consent(context.site, source, name, LISTING)
    facts = {"listed": bool(form.directory), "purposes": list(form.directory)}
    return _choose(context, form, names.DIRECTORY_LISTING_CHANGED, facts)


def _facts_now(context: RequestContext, choice: str) -> Mapping[str, Any]:
    rows = own_consents.load(context, NoParams()).choices
    return next((row.facts for row in rows if row.choice == choice), {})


def _blocking(context: RequestContext, _params: NoParams) -> Sequence[Input]:
    now = _facts_now(context, names.CALLER_ID_BLOCKING_CHANGED).get("blocked")
    options = (("yes", t("my-choices.blocked")), ("no", t("my-choices.shown")))
    value = "" if now is None else "yes" if now else "no"
    return (Input("blocked", "choice", options, required=True, value=value),)


def _directories(context: RequestContext, _params: NoParams) -> Sequence[Input]:
    now = _facts_now(context, names.DIRECTORY_LISTING_CHANGED)
    options = tuple((one, t(f"my-directory.{one}")) for one in DIRECTORIES)
    value = _listed(now) if now.get("listed") else ()
    return (Input("directory", "checks", options, hint="directory", value=value),)


def _nothing(context: RequestContext, _params: Params) -> Sequence[Input]:
    """No field. A person of whom nothing is known has no form, too. Raises UnknownSubject."""
    own_consents.load(context, NoParams())
    return ()


def _act(name: str, path: str, **members: Any) -> Act[Any, Any]:
    """An act that a person chooses by."""
    return Act(
        name=name,
        path=f"{CHOICES}/{path}",
        section="my-choices",
        part="own",
        deed="self-service",
        back=lambda _params: CHOICES,
        **members,
    )


def _word(params: ConsentParams) -> Sequence[object]:
    return (code(_purpose(params), "purpose"),)


OVERVIEW = Page(CHOICES, "my-choices", own_consents, "my_choices.html", _choices, entry=True)
ACTS = (
    _act(
        "my-consent-give",
        "consents/{purpose}/give",
        params=ConsentParams,
        fields=Consenting,
        inputs=lambda _visit, _params: (),
        about=_asked,
        named=_word,
        do=_give,
    ),
    _act(
        "my-consent-withdraw",
        "consents/{purpose}/withdraw",
        params=ConsentParams,
        fields=Consenting,
        inputs=lambda _visit, _params: (),
        about=_asked,
        named=_word,
        do=_withdraw,
    ),
    _act(
        "my-object",
        "objections/{channel}",
        params=ChannelParams,
        fields=Objecting,
        inputs=_nothing,
        named=lambda params: (code(params.channel, "channel"),),
        do=_object,
    ),
    _act(
        "my-caller-id",
        "caller-id",
        params=NoParams,
        fields=CallerId,
        inputs=_blocking,
        do=_block,
    ),
    _act(
        "my-directory",
        "directory",
        params=NoParams,
        fields=Directory,
        inputs=_directories,
        about=lambda _visit, _params: (
            (t("my-choices.text"), consent_text(LISTING).said(spoken())),
        ),
        do=_list,
    ),
)
PAGES = (OVERVIEW, *(act.page for act in ACTS))
FORMS = tuple(act.form for act in ACTS)
