"""A program reads, and sends events. It does no act: acts are for persons, who answer for them."""

import re

import pytest

from tests.web.console import Consoled
from tests.web.programs import Programs
from web.page import AnyForm
from web.pages.listed import FORMS

ACTS = [form for form in FORMS if form.deed is not None]


@pytest.mark.parametrize("form", ACTS, ids=lambda form: form.path)
def test_no_form_of_an_act_is_there_for_a_program(sampled: Consoled, form: AnyForm) -> None:
    """Its owner, who is a person with the same role, would approve an act twice."""
    path = re.sub(r"{[a-z:_]+}", "X-1", form.path)
    program = Programs(sampled).client("script", "ledger", role="privacy-officer")
    answer = program.post(path, data={"subject": "customer/10023", "ref": "X-1"})
    assert answer.status_code == 404
    assert program.get("/api/v1/requests").status_code == 200
