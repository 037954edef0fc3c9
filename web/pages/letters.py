"""Letters of a request, a breach or a person: what is chosen stands in no address; the letter is a file."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from application.queries.cases.incidents import IncidentFile
from application.queries.cases.requests import RequestFile, RequestList
from application.queries.disclosures.notifications import NotificationFilter, notification_tasks
from application.queries.reports.letters import fitting_letters
from application.source import Source
from application.words import say
from documents.correspondence import Pen, of_news, on_breach, on_request, to_recipient
from ledger.errors import Misconfigured
from projections.views.notifications import ACTIONS
from schemas.formats import Code, Id
from schemas.texts import LANGUAGES, Language
from web.context import RequestContext
from web.linking import person_to, to
from web.names import activity_options, naming, recipient_options
from web.page import FormData, Page
from web.pages.person_questions import MEDIA
from web.parts import Input
from web.pieces import Link
from web.problems import NotFound
from web.question import Download, Question
from web.rendering import code
from web.resources.incidents import incident
from web.resources.persons import PersonId, PersonParams, person_requests
from web.resources.requests import CaseParams, request
from web.words import t

_ANNOUNCEMENT = "announcement"
_BY_LETTER = ":"  # between a recipient and what became of the data, as one choice


class LetterAsked(FormData, frozen=True, kw_only=True):
    """In which form and language. Without a language it is that of the person."""

    what: Literal["pdf", "html", "text"]
    language: Language | Literal[""] = ""


class RequestLetter(LetterAsked, frozen=True, kw_only=True):
    """A letter on a request; without `letter` what its state asks for."""

    ref: str
    letter: Code | None = None


class BreachLetter(LetterAsked, frozen=True, kw_only=True):
    """A letter about a breach; without `subject` to everybody."""

    ref: str
    subject: str | None = None


class PersonLetter(LetterAsked, frozen=True, kw_only=True):
    """An announcement to a person, or a notice to a recipient about the person: `recipient:action`."""

    kind: str
    id: PersonId
    letter: str
    recipient: Id | None = None
    activity: Code | None = None


def _page(
    context: RequestContext, title: object, back: Link, action: str, *fields: Input
) -> dict[str, object]:
    """What the template prints. Raises NotFound for a role that answers no requests."""
    if not context.may("requests"):
        raise NotFound
    languages = [
        ("", t("correspondence.of_person")),
        *((one, t(f"correspondence.{one}")) for one in LANGUAGES),
    ]
    language = Input(
        "language", "choice", tuple(languages), title=str(t("correspondence.language"))
    )
    return {
        "title": title,
        "said": t("correspondence.said"),
        "links": (back,),
        "action": action,
        "fields": (*fields, language),
    }


def _which(options: Sequence[tuple[str, object]]) -> Input:
    return Input(
        "letter",
        "choice",
        tuple(options),
        required=True,
        value=options[0][0] if options else "",
        title=str(t("correspondence.which")),
    )


def _of_request(
    context: RequestContext, params: CaseParams, answer: RequestFile
) -> Mapping[str, object]:
    names = fitting_letters(answer)
    if not names:
        raise NotFound
    title = t("correspondence.title_of", answer.request_ref)
    back = Link(to(context, "requests", params.ref), say("request", "title", answer.request_ref))
    which = _which([(name, t(f"correspondence.{name}")) for name in names])
    return _page(context, title, back, to(context, "requests", params.ref, "letter"), which)


def _of_breach(
    context: RequestContext, params: CaseParams, answer: IncidentFile
) -> Mapping[str, object]:
    if answer.kind != "breach":
        raise NotFound
    title = t("correspondence.title_of", answer.ref)
    back = Link(to(context, "incidents", params.ref), say("incident", "title", answer.ref))
    whom = Input("subject", hint="letter_to")
    return _page(context, title, back, to(context, "incidents", params.ref, "letter"), whom)


def _of_person(
    context: RequestContext, params: PersonParams, _answer: RequestList
) -> Mapping[str, object]:
    reference = params.reference
    tasks = notification_tasks(context.source("notify"), NotificationFilter(reference, done=True))
    names = naming(context).recipients
    notices = [
        (
            f"{row.recipient}{_BY_LETTER}{row.action}",
            t(
                "correspondence.recipient",
                names.get(row.recipient, row.recipient),
                code(row.action, "right"),
            ),
        )
        for row in tasks
    ]
    choices = dict([(_ANNOUNCEMENT, t("correspondence.announcement")), *notices])
    new = (("", t("correspondence.no_new")),)
    return _page(
        context,
        t("correspondence.title_of", reference),
        Link(person_to(context, reference, "documents"), t("part.documents")),
        person_to(context, reference, "letter"),
        _which(list(choices.items())),
        Input(
            "recipient",
            "choice",
            (*new, *recipient_options(context)),
            title=str(t("correspondence.new_recipient")),
        ),
        Input(
            "activity",
            "choice",
            (*new, *activity_options(context)),
            title=str(t("correspondence.new_activity")),
        ),
    )


def _written(
    context: RequestContext, form: LetterAsked, name: str, make: Callable[[Source, Pen], bytes]
) -> Download:
    pen = Pen(context.settings.controller, form.what, form.language or None)
    content = make(context.whole_source("letter"), pen)
    ending = "txt" if form.what == "text" else form.what
    return Download(f"{name}.{ending}", MEDIA[form.what], content)


def write_on_request(context: RequestContext, form: RequestLetter) -> Download:
    """The letter that somebody chose for a request. Raises NotAllowed."""
    return _written(
        *(context, form, "letter"),
        lambda source, pen: on_request(source, pen, form.ref, None, form.letter),
    )


def write_on_breach(context: RequestContext, form: BreachLetter) -> Download:
    """The letter about a breach. Raises NotAllowed while something is not known, UnknownSubject."""
    return _written(
        *(context, form, "letter"),
        lambda source, pen: on_breach(source, pen, form.ref, form.subject or None),
    )


def write_of_person(context: RequestContext, form: PersonLetter) -> Download:
    """An announcement, or a notice to a recipient. Raises NotAllowed, Misconfigured."""
    reference = PersonParams(kind=form.kind, id=form.id).reference  # type: ignore[arg-type]
    party, _, action = form.letter.partition(_BY_LETTER)
    if form.letter != _ANNOUNCEMENT and action not in ACTIONS:
        raise Misconfigured("this value is not one of those that are known", field="letter")
    return _written(
        *(context, form, "letter"),
        lambda source, pen: (
            to_recipient(source, pen, reference, party, action)
            if action
            else of_news(source, pen, reference, form.recipient or None, form.activity or None)
        ),
    )


ON_REQUEST = Page("/requests/{ref}/letters", "requests", request, "letters.html", _of_request)
ON_BREACH = Page("/incidents/{ref}/letters", "incidents", incident, "letters.html", _of_breach)
OF_PERSON = Page(
    "/persons/{kind}/{id}/letters", "person", person_requests, "letters.html", _of_person
)
PAGES = (ON_REQUEST, ON_BREACH, OF_PERSON)
QUESTIONS = (
    Question("/requests/{ref}/letter", RequestLetter, write_on_request, ON_REQUEST),
    Question("/incidents/{ref}/letter", BreachLetter, write_on_breach, ON_BREACH),
    Question("/persons/{kind}/{id}/letter", PersonLetter, write_of_person, OF_PERSON),
)
