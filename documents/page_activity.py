"""One activity on the page: each point of GDPR Art. 30 as declared and as observed, then retention."""

from collections.abc import Iterable, Iterator

from application.answer import given
from application.queries.registers.answer import (
    RegisteredActivity,
    RegisteredRecipient,
    ThirdCountry,
)
from application.queries.registers.declaration import UNDECLARED, Declaration, DeclaredPurpose
from application.queries.registers.measures import MeasureStanding
from application.queries.registers.retention import CategoryRetention
from application.register_words import RegisterWords, day
from documents.markup import Html, element, items, join, table

Content = Html | str | None
_MARK = {True: "good", False: "bad", None: "small"}
Line = tuple[Html, Content, Content]


def activity_article(activity: RegisteredActivity, words: RegisterWords) -> Html:
    """A complete article, with an anchor of its own."""
    declared = activity.declared or UNDECLARED
    points = _of_processor if declared.role == "processor" else _of_controller
    columns = [words.heading(name) for name in ("point", "declared", "observed")]
    return element(
        "article",
        _head(activity, words),
        _notes(activity, words),
        table(None, columns, points(activity, declared, words), class_="points"),
        _retention(activity, words),
        id=f"activity-{activity.activity}",
    )


def _head(activity: RegisteredActivity, words: RegisterWords) -> Html:
    declared, versions = activity.declared or UNDECLARED, activity.versions
    parts = [
        words.code("role", declared.role),
        words.code("owner", declared.owner),
        words.page("version", activity.version, day(versions[-1].from_)) if versions else None,
    ]
    about = " · ".join(filter(None, parts))
    return element(
        "header",
        element("h3", words.activity(activity.activity, activity.name)),
        element("p", about) if about else None,
        element("p", declared.description) if declared.description else None,
    )


def _notes(activity: RegisteredActivity, words: RegisterWords) -> Html | None:
    """What is to be looked at: an end, differences, what is missing, what is kept too long."""
    notes = list(_noted(activity, words))
    return element("div", items(notes), class_="notes") if notes else None


def _noted(activity: RegisteredActivity, words: RegisterWords) -> Iterator[Content]:
    if retired := activity.retired:
        reason = words.code("reason", retired.reason)
        yield words.page("was_retired", day(retired.since), reason)
    if activity.declared is None:
        yield words.page("undeclared")
        return
    for drift in activity.drift:
        about = words.drift(drift.kind, drift.detail)
        kind = words.code("drift", drift.kind)
        yield f"{kind}: {about}" if about else kind
    for item in activity.missing:
        what = f"{words.page('missing')}: {words.code('missing', item.what)}"
        about = words.lacking(item.what, item.detail)
        yield f"{what} ({words.article(item.article)})" + (f": {about}" if about else "")
    for row in activity.retention.categories:
        if row.kept is False:
            late = words.page("overdue", row.overdue, row.data_subjects, day(row.since))
            yield element("span", f"{words.category(row.category)}: {late}", class_="bad")


# Points


def _of_controller(
    activity: RegisteredActivity, declared: Declaration, words: RegisterWords
) -> Iterator[Line]:
    if joint := given(declared.joint_controllers):
        yield _line("a", "joint_controllers", items(joint), None, words)
    yield _line("b", "purposes", _purposes(declared, words), _bases(activity, words), words)
    subjects = words.codes("subject", declared.subject_categories)
    yield _line("c", "subject_categories", _run(subjects, words), _seen(activity, words), words)
    yield _line("c", "data_categories", *_categories(activity, declared, words), words)
    yield _line("d", "recipient_kinds", *_recipients(activity, declared, words), words)
    yield _line("e", "countries", *_transfers(activity, declared, words), words)
    yield _line("f", "retention", words.page("see_below"), _answer(activity, words), words)
    yield _line("g", "security_measures", *_measures(activity, words), words)


def _of_processor(
    activity: RegisteredActivity, declared: Declaration, words: RegisterWords
) -> Iterator[Line]:
    parties = _list(given(declared.on_behalf_of) or [], words)
    yield _line("a", "on_behalf_of", parties, None, words)
    processing = _run(words.codes("processing", given(declared.processing)), words)
    yield _line("b", "processing", processing, _seen(activity, words), words)
    yield _line("b", "data_categories", *_categories(activity, declared, words), words)
    yield _line("c", "countries", *_transfers(activity, declared, words), words)
    yield _line("d", "security_measures", *_measures(activity, words), words)


def _line(
    point: str, name: str, declared: Content, observed: Content, words: RegisterWords
) -> Line:
    return join(element("span", f"({point})"), words.heading(name)), declared, observed


def _list(entries: Iterable[Content], words: RegisterWords) -> Html:
    """A line each."""
    lines = list(entries)
    return items(lines) if lines else element("span", words.page("none"), class_="small")


def _run(entries: Iterable[Content], words: RegisterWords) -> Html:
    """One after the other, for short words."""
    pieces = [piece for entry in entries for piece in (", ", entry)][1:]
    return join(*pieces) if pieces else element("span", words.page("none"), class_="small")


def _marked(name: Content, is_declared: bool, words: RegisterWords) -> Content:
    """A name of something observed; it stands out when it is not declared."""
    if is_declared:
        return name
    return element("span", name, f" ({words.page('not_declared')})", class_="bad")


def _purposes(declared: Declaration, words: RegisterWords) -> Html:
    return _list((_purpose(purpose, words) for purpose in declared.purposes), words)


def _purpose(purpose: DeclaredPurpose, words: RegisterWords) -> Html:
    ground = words.code("legal_basis", purpose.legal_basis)
    provision = words.provision(given(purpose.provision))
    basis = element("span", "; ".join(filter(None, (ground, provision))), class_="small")
    return join(words.code("purpose", purpose.purpose), " ", basis)


def _bases(activity: RegisteredActivity, words: RegisterWords) -> Html:
    declared = {purpose.legal_basis for purpose in (activity.declared or UNDECLARED).purposes}
    return _list(
        (
            _marked(words.code("legal_basis", basis), basis in declared, words)
            for basis in activity.observed.legal_bases
        ),
        words,
    )


def _seen(activity: RegisteredActivity, words: RegisterWords) -> Html:
    observed = activity.observed
    if not observed.events:
        return element("span", words.page("nobody"), class_="small")
    return items(
        [
            words.page(
                "events",
                words.counted("event", observed.events),
                words.counted("person", observed.data_subjects),
            ),
            words.page("between", day(observed.first), day(observed.last)),
        ]
    )


def _categories(
    activity: RegisteredActivity, declared: Declaration, words: RegisterWords
) -> tuple[Html, Html]:
    categories = declared.data_categories
    return (
        _run(map(words.category, categories), words),
        _run(
            (
                _marked(words.category(category), category in categories, words)
                for category in activity.observed.categories
            ),
            words,
        ),
    )


def _recipients(
    activity: RegisteredActivity, declared: Declaration, words: RegisterWords
) -> tuple[Html, Html]:
    kinds = declared.recipient_kinds
    observed = [
        _marked(words.recipient_kind(kind), kind in kinds, words)
        for kind in activity.observed.recipient_kinds
    ]
    names = [_recipient(recipient, words) for recipient in activity.recipients]
    return _run((words.recipient_kind(kind) for kind in kinds), words), _list(
        [*observed, *names], words
    )


def _recipient(recipient: RegisteredRecipient, words: RegisterWords) -> Html:
    if recipient.kind is None:
        unregistered = f"{recipient.recipient} ({words.page('not_registered')})"
        return element("span", unregistered, class_="bad")
    role, country = words.code("role", recipient.role), words.country(recipient.country)
    facts = ", ".join(filter(None, (role, country, recipient.agreement_ref)))
    name = words.name(recipient.name) or recipient.recipient
    return element("span", join(name, f" ({facts})" if facts else None), class_="small")


def _transfers(
    activity: RegisteredActivity, declared: Declaration, words: RegisterWords
) -> tuple[Html, Html]:
    """Countries; a country outside the EEA with what a transfer to it rests on."""
    safeguards = {transfer.country: _safeguard(transfer, words) for transfer in activity.transfers}

    def name(country: str) -> Html:
        return join(words.country(country), safeguards.get(country))

    countries = declared.countries
    observed = activity.observed.countries
    return (
        _run(map(name, countries), words),
        _run((_marked(name(country), country in countries, words) for country in observed), words),
    )


def _safeguard(transfer: ThirdCountry, words: RegisterWords) -> Html:
    grounds = [*words.codes("mechanism", transfer.mechanisms), *transfer.documents]
    if not grounds:
        return element("span", f" ({words.page('no_safeguard')})", class_="bad")
    return element("span", f" ({', '.join(grounds)})", class_="small")


def _measures(activity: RegisteredActivity, words: RegisterWords) -> tuple[Html, Html]:
    """The declared measures; how many of these are in place, and each that is not."""
    measures = activity.security_measures
    others = [measure for measure in measures if not measure.in_place]
    lines: list[Content] = []
    if measures:
        lines.append(words.page("in_place", len(measures) - len(others), len(measures)))
    lines += [_not_in_place(measure, words) for measure in others]
    return _run((_measure(measure, words) for measure in measures), words), _list(lines, words)


def _measure(measure: MeasureStanding, words: RegisterWords) -> str:
    return measure.name or words.code("measure", measure.measure)


def _not_in_place(measure: MeasureStanding, words: RegisterWords) -> Content:
    name = _measure(measure, words)
    if measure.in_place is None:
        return element("span", f"{name}: {words.page('unknown')}", class_="small")
    return element("span", f"{name}: {words.page('withdrawn', day(measure.retired))}", class_="bad")


# Retention (f)


def _answer(activity: RegisteredActivity, words: RegisterWords) -> Html:
    """Whether it is kept, over all categories."""
    kept = activity.retention.kept
    text = f"{words.heading('kept')}: {words.kept(kept)}"
    return element("span", text, class_=_MARK[kept])


def _retention(activity: RegisteredActivity, words: RegisterWords) -> Html | None:
    rows = activity.retention.categories
    if not rows:
        return None
    names = ("category", "declared_period", "data_subjects", "held", "overdue", "kept")
    processor = (activity.declared or UNDECLARED).role == "processor"
    caption = (
        words.code("part", "retention") if processor else f"(f) {words.code('part', 'retention')}"
    )
    columns = [words.heading(name) for name in names]
    return table(caption, columns, (_kept(row, words) for row in rows), class_="retention")


def _kept(row: CategoryRetention, words: RegisterWords) -> list[object]:
    answer, why = words.kept(row.kept), words.code("why", row.why)
    suspended = words.page("suspended", row.suspended) if row.suspended else None
    return [
        words.category(row.category),
        _declared_rule(row, words),
        row.data_subjects,
        row.held,
        row.overdue,
        join(
            element("span", answer, class_=_MARK[row.kept]),
            element("span", f": {why}", class_="small"),
            element("span", f"; {suspended}", class_="small") if suspended else None,
        ),
    ]


def _declared_rule(row: CategoryRetention, words: RegisterWords) -> Content:
    """The declared rule in words: as a period where it is one of the rules that judge retention."""
    declared, fit = row.declared, row.declared_rule
    if declared is None or fit == "none":
        return element("span", words.code("declared_rule", fit), class_="bad")
    rule = next((rule for rule in row.rules if rule.rule == declared), None)
    return words.rule(rule) if rule else words.declared_rule(declared, fit)
