"""What holds for every page and answer: who may see it, what is noted, what an error says."""

import pytest

from tests.web.console import Consoled

WHO = "/persons/customer/10023/state"


def test_nobody_gets_a_page_without_a_login(sampled: Consoled) -> None:
    response = sampled.nobody().get("/")
    assert (response.status_code, response.headers["location"]) == (303, "/login?next=%2F")
    response = sampled.nobody().get(f"/api/v1{WHO}")
    assert response.status_code == 401
    assert response.headers["content-type"] == "application/problem+json"


def test_a_state(sampled: Consoled) -> None:
    answer = sampled.as_("auditor").api(WHO)
    assert answer["subject"] == "customer/10023"
    print(answer)
