"""What the house says it does, beside what it does: the register, its notice, the purposes."""

from application.queries.cases.found_requests import NoSuchCase
from application.queries.oversight import lint as linting
from application.queries.registers.answer import Register, RegisteredActivity
from application.queries.registers.purposes import PurposesAnswer
from application.queries.registers.purposes import purposes as every_purpose
from application.queries.registers.register import register as whole_register
from application.source import Source
from web.context import RequestContext
from web.resource import NoParams, Params, resource


class ActivityParams(Params, frozen=True, kw_only=True):
    """One processing activity, by its id."""

    activity: str


def _register(context: RequestContext, source: Source) -> Register:
    return whole_register(
        source, context.settings.controller, context.moment, context.site.remembered
    )


@resource("/register", "register", name="register", rows="activities", timed=True)
def register(context: RequestContext, params: NoParams) -> Register:
    """The Article 30 register: what was declared beside what was observed."""
    return _register(context, context.source("register"))


@resource("/register", "register", name="register", rows="activities", timed=True)
def document(context: RequestContext, params: NoParams) -> Register:
    """The same as a document for the authority: with the names of recipients who are persons.

    For a role that answers requests; another one sees in it what it sees elsewhere.
    """
    whole = context.may("requests")
    source = context.whole_source("register") if whole else context.source("register")
    return _register(context, source)


@resource("/register/{activity}", "register", name="register", timed=True)
def activity(context: RequestContext, params: ActivityParams) -> RegisteredActivity:
    """One processing activity: what was declared, what was observed, and what differs."""
    answer = _register(context, context.source("register"))
    for row in answer.activities:
        if row.activity == params.activity:
            return row
    raise NoSuchCase("no such activity was declared or observed")


@resource("/lint", "register", name="lint", rows="findings", timed=True)
def lint(context: RequestContext, params: NoParams) -> linting.Lint:
    """Where the privacy notice in force departs from law or practice."""
    source, controller = context.source("lint"), context.settings.controller
    return linting.lint(source, controller, context.moment, context.language)


@resource("/purposes", "register", name="purposes", rows="purposes", timed=True)
def purposes(context: RequestContext, params: NoParams) -> PurposesAnswer:
    """What law and house say of each purpose, and which activities declare it."""
    return every_purpose(context.source("purposes"), context.moment)


RESOURCES = (register, activity, lint, purposes)
