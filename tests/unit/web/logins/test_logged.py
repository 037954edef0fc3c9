"""Each login, refusal and logout is logged: how and why, and without a name or a secret."""

import logging
from pathlib import Path

import pytest

from tests.fixtures.logins import Console


def said(caplog: pytest.LogCaptureFixture) -> list[tuple[str, dict[str, object]]]:
    """Events and fields of the console's own lines."""
    return [
        (record.event, record.fields)  # type: ignore[attr-defined]
        for record in caplog.records
        if record.name == "console.serve"
    ]


def test_logins_and_refusals_are_logged_without_a_name(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "console.serve")
    console = Console(tmp_path)
    browser, secret = console.browser(), console.link()
    console.log_in(browser, secret)
    console.browser().post("/login/link", data={"key": secret}, headers=console.same)
    csrf = browser.get("/who").json()["csrf"]
    browser.post("/logout", data={"csrf": csrf}, headers=console.same)
    assert said(caplog) == [
        ("login", {"role": "auditor", "method": "link"}),
        ("login-refused", {"reason": "link-over"}),
        ("logout", {"sessions": 1}),
    ]
    assert "employee/7" not in caplog.text
    assert secret not in caplog.text
