"""The console of a ledger that was pruned: what is left is told, and what is gone is said to be gone."""

from contextlib import closing
from datetime import timedelta

import pytest

from application.acts import pruning
from host.epochs import epochs_of
from ledger.event import instant
from ledger.pruning.cutting import recorded_prunings
from ledger.tlog.proving.proof_file import parse_proof, verify_entry
from ledger.tlog.signing.keys import parse_verifier_key
from tests.fixtures.console import collected, disclosed, registered
from tests.web.console import EVENTS, Client, Consoled
from tests.web.persons import page
from tests.web.test_portal import own
from web.resources.listed import RESOURCES
from web.rights import rights_of

CLOSED, AGAIN, LIVING = "customer/78001", "customer/78002", "customer/78003"
"""Whose file was pruned, who is a customer again, and who was never erased."""
THROUGH = 2560


@pytest.fixture(scope="module")
def pruned(sampled: Consoled) -> Consoled:
    """Two persons were erased, and their events pruned; one of them came back."""
    sampled.record(
        *(make(who) for who in (CLOSED, AGAIN, LIVING) for make in (registered, collected))
    )
    sampled.record(disclosed(LIVING), *(registered(f"customer/79{n:03}") for n in range(256)))
    with sampled.site() as site:
        for who in (CLOSED, AGAIN):
            site.eraser().erase(who, [], "request")
        later = {"time": instant(site.clock())}
    sampled.record(registered(AGAIN, **later), collected(AGAIN, **later))
    with sampled.site() as site, closing(site.publisher()) as publisher:
        publisher.publish_once()
        epochs_of(site).take()
    with sampled.site() as site, pytest.MonkeyPatch.context() as patch:
        # The clock of these tests is behind that of the database.
        patch.setattr(pruning, "period", lambda _name: timedelta(days=-3650))
        plan = pruning.planned(site, THROUGH, None)
        assert (plan.answer.against, plan.answer.removed) == ([], 4)
        pruning.prune(site, plan)
    return sampled


def gone(console: Consoled) -> int:
    """The position of an event that was pruned."""
    return positions(console, LIVING)[0] - 1


def positions(console: Consoled, who: str) -> list[int]:
    """Where the acts of a person are recorded."""
    lines = console.as_("operator").api(page(who, "history"))["events"]
    return sorted(line["position"] for line in lines if "ledger-read" not in line["type"])


def told_of(console: Consoled) -> int:
    """Position of the event of the pruning."""
    with console.site() as site:
        ((position, _),) = recorded_prunings(site.session("reader"), site.ledger)
    return position


def problem(client: Client, path: str, **parameters: str) -> tuple[int, str]:
    """Status and detail of what is refused, in English."""
    client.http.headers["accept-language"] = "en"
    response = client.get(path, **parameters)
    return response.status_code, response.json()["detail"]


def test_everyone_may_know_from_which_entry_on_there_are_bundles(pruned: Consoled) -> None:
    response = pruned.nobody().get("/log/minimum-index")
    assert (response.status_code, response.text) == (200, f"{THROUGH}\n")
    assert response.headers["cache-control"] == "no-store"
    assert pruned.nobody().get("/log/tile/0/009").status_code == 200
    assert pruned.as_("operator").get("/log/tile/entries/009").status_code == 404


@pytest.mark.parametrize("role", ["operator", "helpdesk-agent", "auditor"])
def test_an_event_that_was_pruned_is_said_to_be_gone(pruned: Consoled, role: str) -> None:
    position = gone(pruned)
    status, detail = problem(pruned.as_(role), f"/api/v1/events/{position}")
    assert (status, detail.startswith(f"event {position} was pruned")) == (410, True)
    shown = pruned.as_(role).get(f"/events/{position}", language="en")
    assert (shown.status_code, "its proof holds" in shown.text) == (410, True)
    assert f"<p>Event {position} was pruned, " in shown.text
    assert "only an archive can have the entry.</p>" in shown.text
    assert "beginning of the list" not in shown.text
    has_proof = "proof" in rights_of(role).pages
    assert (f'href="/proof/{position}"' in shown.text) is has_proof


def test_the_proof_of_an_event_that_was_pruned_is_there_and_its_entry_is_not(
    pruned: Consoled,
) -> None:
    operator, position = pruned.as_("operator"), gone(pruned)
    assert operator.api(f"/proof/events/{position}")["proof"]
    shown = operator.get(f"/proof/{position}", language="en").text
    assert "was pruned" in shown
    assert f"/proof/{position}.tlog-proof" in shown
    assert f"/proof/{position}.entry" not in shown, "there is none"
    assert f"ledger prove {position}" not in shown, "it would write no entry"
    assert operator.get(f"/proof/{position}.tlog-proof").status_code == 200
    assert operator.get(f"/proof/{position}.entry").status_code == 410
    entry = operator.api(f"/proof/entries/{position}")
    assert (entry["entry"], entry["row"], entry["pruned"]) == (None, None, True)


def test_an_event_that_stayed_is_proven_by_its_row(pruned: Consoled) -> None:
    operator, position = pruned.as_("operator"), positions(pruned, LIVING)[0]
    assert EVENTS < position < THROUGH
    told = operator.api(f"/proof/entries/{position}")
    assert (told["entry"], bool(told["row"]), told["pruned"]) == (None, True, True)
    proof = operator.get(f"/proof/{position}.tlog-proof").content
    entry = operator.get(f"/proof/{position}.entry").content
    keys = [parse_verifier_key(key) for key in operator.api("/log-keys")["keys"]]
    verify_entry(parse_proof(proof), entry, keys)
    newer = operator.api(f"/proof/entries/{THROUGH + 1}")
    assert (newer["entry"], newer["pruned"]) == (newer["row"], False)


@pytest.mark.parametrize("who", [CLOSED, AGAIN])
@pytest.mark.parametrize("answer", ["history", "state", "comparison", "consents", "disclosures"])
@pytest.mark.parametrize("moment", ["at_position", "recorded_by", "as_of"])
def test_a_past_of_which_something_is_gone_is_not_told_as_if_nothing_had_been(
    pruned: Consoled, who: str, answer: str, moment: str
) -> None:
    then = str(gone(pruned)) if moment == "at_position" else "2025-01-01T00:00:00Z"
    status, detail = problem(
        pruned.as_("privacy-officer"), f"/api/v1{page(who, answer)}", **{moment: then}
    )
    acts = pruned.as_("operator").api(page(who, "history"))["events"]
    erased = next(act["position"] for act in acts if "personal-data-erased" in act["type"])
    assert erased > THROUGH
    assert (status, f"position {erased} and later" in detail) == (410, True)


@pytest.mark.parametrize("who", [CLOSED, AGAIN, LIVING])
def test_a_report_tells_what_is_left(pruned: Consoled, who: str) -> None:
    officer = pruned.as_("privacy-officer")
    report = officer.api(page(who, "access-report"))
    acts = [act["act"] for act in report["acts"]]
    assert ("personal-data-erased" in acts) == (who != LIVING)
    assert ("personal-data-collected" in acts) == (who != CLOSED)
    assert bool(officer.api(page(who, "portability"))["data"]) == (who != CLOSED)
    for part in ("", "history", "consents", "recipients", "requests", "looks", "documents"):
        assert officer.get(page(who, *([part] if part else []))).status_code == 200


@pytest.mark.parametrize("who", [CLOSED, AGAIN])
def test_a_customer_who_came_back_has_pages_and_one_who_was_erased_has_none(
    pruned: Consoled, who: str
) -> None:
    client = own(pruned, who)
    status = 200 if who == AGAIN else 404
    for part in ("", "/history", "/disclosures", "/requests", "/access-report", "/portability"):
        assert client.get(f"/api/v1/me{part}").status_code == status, part


def test_an_answer_about_many_as_of_a_time_says_that_files_are_missing_from_it(
    pruned: Consoled,
) -> None:
    officer, then = pruned.as_("privacy-officer"), {"as-of": "2025-01-01T00:00:00Z"}
    for path in ("/register", "/findings", "/requests"):
        said = officer.get(f"/api/v1{path}", **then)
        assert (said.status_code, said.headers["ledger-pruned"]) == (200, str(THROUGH))
        assert "ledger-pruned" not in officer.get(f"/api/v1{path}").headers
        shown = officer.get(path, language="en", **then).text
        assert f"Files that were closed by event {THROUGH:,} were pruned." in shown
        assert "were pruned" not in officer.get(path, language="en").text
    # Also of what was known between the position and the event that tells of the pruning.
    told = str(told_of(pruned) - 1)
    left = officer.get("/api/v1/register", **{"at-position": told})
    assert (left.status_code, left.headers["ledger-pruned"]) == (200, str(THROUGH))
    shown = officer.get("/register", language="en", **{"at-position": told}).text
    assert f"Files that were closed by event {THROUGH:,} were pruned." in shown
    whole = officer.get("/api/v1/register", **{"at-position": str(int(told) + 1)})
    assert (whole.status_code, "ledger-pruned" in whole.headers) == (200, False)
    about_one = officer.get(f"/api/v1{page(LIVING, 'history')}", **then)
    assert (about_one.status_code, "ledger-pruned" in about_one.headers) == (200, False)


LISTS = {one.path for one in RESOURCES if one.timed and not one.is_personal and "{" not in one.path}
# These two are asked about somebody.
LISTS -= {"/persons", "/seen"}


@pytest.mark.parametrize("path", sorted(LISTS))
@pytest.mark.parametrize("moment", ["at", "between"])
def test_no_answer_about_many_of_a_past_is_silently_made_of_what_is_left(
    pruned: Consoled, path: str, moment: str
) -> None:
    position = gone(pruned) if moment == "at" else told_of(pruned) - 1
    officer = pruned.as_("privacy-officer")
    officer.http.headers["accept-language"] = "en"
    said = officer.get(f"/api/v1{path}", **{"at-position": str(position)})
    # Nothing that is pruned is in the register of recipients.
    if moment == "at" and path != "/recipients":
        assert said.status_code == 410
        assert f"position {told_of(pruned)} and later" in said.json()["detail"]
    else:
        assert (said.status_code, said.headers.get("ledger-pruned")) == (200, str(THROUGH))
