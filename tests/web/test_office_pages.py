"""Pages of the office over the sample: each list and case, in both languages, for each role and moment."""

import pytest

from tests.web.console import Consoled

LISTS = (
    "/register",
    "/lint",
    "/purposes",
    "/findings",
    "/requests",
    "/complaints",
    "/notifications",
    "/incidents",
    "/holds",
    "/approvals",
    "/retention",
    "/retention/run",
    "/retention/forecast",
)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("path", LISTS)
def test_a_list_is_a_page(sampled: Consoled, path: str, language: str) -> None:
    response = sampled.as_("privacy-officer").get(path, language=language)
    assert response.status_code == 200, response.text[:3000]
    assert f'<html lang="{language}">' in response.text
