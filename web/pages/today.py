"""The first page: what must be done now, and by when."""

from collections.abc import Mapping

from application.queries.today.task import TaskList
from web.page import Page
from web.resource import NoParams
from web.resources.today import today
from web.visit import Visit


def _present(_visit: Visit, _params: NoParams, answer: TaskList) -> Mapping[str, object]:
    return {"tasks": answer.tasks}


PAGES = (Page("/", "today", today, "today.html", _present, entry=True),)
