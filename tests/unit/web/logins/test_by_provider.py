"""A login at a provider: there, back once in the same browser, and out from either side."""

from base64 import b64decode, urlsafe_b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from tests.fixtures.issuer import AUDIENCE, CLIENT, ISSUER, Issuer, new_key, seconds
from tests.fixtures.logins import SECURE, Console
from web.logins.beginnings import LIFE
from web.logins.by_provider import ByProvider
from web.logins.claims import ClaimNames
from web.logins.limits import LOGINS
from web.logins.logins import Logins
from web.logins.provider import Credentials, Provider
from web.logins.relying import Relying
from web.logins.sessions import LIVES
from web.logins.tokens import Strength

KEYS = [new_key("a")]
SECRET = "a+b c/d"


class Place:
    """A console and an issuer; `claims` are those of the next ID token."""

    def __init__(self, folder: Path, **relying: Any) -> None:
        self.console = Console(folder, SECURE)
        self.issuer = Issuer(self.console.clock, keys=list(KEYS), tokens=self.tokens)
        self.claims: dict[str, Any] = {"sid": "s"}
        self.answer: tuple[int, dict[str, Any]] | None = None
        self.nonce = ""
        self.relying = Relying(ISSUER, Credentials(CLIENT, SECRET), AUDIENCE, **relying)
        provider = Provider(ISSUER, self.issuer.http, self.console.seconds)
        house = self.console.house
        self.logins = Logins(house, ByProvider(house, self.relying, provider))
        self.browser = self.new_browser()

    def new_browser(self) -> TestClient:
        return self.console.browser(logins=self.logins)

    def tokens(self, _form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if self.answer is not None:
            return self.answer
        claims = self.issuer.claims(**({"nonce": self.nonce} | self.claims))
        return 200, {"id_token": self.issuer.sign(claims), "token_type": "Bearer"}

    def begin(self, browser: TestClient | None = None, **parameters: str) -> dict[str, str]:
        """What the provider is asked for."""
        sent = (browser or self.browser).get("/login/provider", params=parameters)
        assert sent.status_code == 303, sent.text
        asked = parse_qs(urlsplit(sent.headers["location"]).query)
        self.nonce = asked["nonce"][0]
        return {name: values[0] for name, values in asked.items()}

    def back(self, asked: dict[str, str], browser: TestClient | None = None, **said: Any) -> Any:
        usual = {"state": asked["state"], "code": "c", "iss": ISSUER}
        shown = {name: value for name, value in (usual | said).items() if value is not None}
        return (browser or self.browser).get("/login/callback", params=shown)

    def who(self, browser: TestClient | None = None) -> dict[str, Any]:
        return dict((browser or self.browser).get("/who").json())

    def logout_token(self, **claims: Any) -> Any:
        token = self.issuer.sign(self.issuer.logout(**claims), typ="logout+jwt")
        return self.new_browser().post("/logout/backchannel", data={"logout_token": token})


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def why(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["why"]


def test_a_login_there_and_back(place: Place) -> None:
    asked = place.begin(next="/persons?x=1")
    assert asked == {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": f"{SECURE}/login/callback",
        "scope": "openid",
        "state": asked["state"],
        "nonce": asked["nonce"],
        "code_challenge": asked["code_challenge"],
        "code_challenge_method": "S256",
    }
    back = place.back(asked)
    assert (back.status_code, back.headers["location"]) == (303, "/persons?x=1")
    who = place.who()
    assert (who["reference"], who["role"], who["kind"]) == ("employee/7", "auditor", "staff")
    (form,) = place.issuer.forms
    assert (form["code"], form["redirect_uri"]) == ("c", asked["redirect_uri"])
    digest = sha256(form["code_verifier"].encode()).digest()
    assert urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]
    assert b64decode(form["authorization"].split()[1]) == b"ledger-console:a%2Bb+c%2Fd"


def test_the_cookies_of_a_login_are_of_this_host_and_hidden_from_scripts(place: Place) -> None:
    begun = place.browser.get("/login/provider").headers["set-cookie"]
    back = place.back(place.begin()).headers.get_list("set-cookie")
    for name, cookie in (("__Host-ledger-login", begun), ("__Host-ledger", back[0])):
        assert cookie.startswith(f"{name}=")
        assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
    assert back[1].startswith('__Host-ledger-login=""; expires=')


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_logs_nobody_in(place: Place, site: str) -> None:
    headers = {"sec-fetch-site": site}
    asked = place.browser.get("/login/provider?door=portal&next=/portal", headers=headers)
    assert (asked.status_code, asked.headers["location"]) == (
        303,
        "/login?door=portal&next=/portal",
    )
    (door,) = place.browser.get(asked.headers["location"]).json()["doors"]
    assert door == {"word": "portal", "href": "/login/provider?door=portal&next=%2Fportal"}
    assert (
        place.browser.get(door["href"], headers={"sec-fetch-site": "same-origin"}).status_code
        == 303
    )


def test_two_logins_share_nothing(place: Place) -> None:
    first, second = place.begin(), place.begin()
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]
        assert len(first[name]) >= 43


@pytest.mark.parametrize(
    "state", [None, "", "made-up", "\ud800".encode("utf-8", "replace").decode()]
)
def test_another_state_is_refused(place: Place, state: str | None) -> None:
    assert why(place.back(place.begin(), state=state)) == (400, "not-begun")
    assert place.issuer.forms == []


def test_a_login_ends_in_the_browser_that_began_it(place: Place) -> None:
    asked, victim = place.begin(), place.new_browser()
    assert why(place.back(asked, victim)) == (400, "not-begun")
    place.begin(victim)
    assert why(place.back(asked, victim)) == (400, "not-begun")
    assert place.who(victim)["reference"] is None


def test_a_login_comes_back_once(place: Place) -> None:
    asked = place.begin()
    place.back(asked)
    assert why(place.back(asked)) == (400, "not-begun")
    assert len(place.issuer.forms) == 1


def test_a_login_takes_ten_minutes_at_most(place: Place) -> None:
    asked = place.begin()
    place.console.clock.now += LIFE
    assert why(place.back(asked)) == (400, "not-begun")


@pytest.mark.parametrize("iss", [None, "", "https://evil.test", f"{ISSUER}/"])
def test_an_answer_of_another_issuer_is_refused(place: Place, iss: str | None) -> None:
    assert why(place.back(place.begin(), iss=iss)) == (403, "token-wrong")
    assert place.issuer.forms == []


def test_a_provider_need_not_say_its_name_unless_it_says_that_it_does(place: Place) -> None:
    place.issuer.says = {"authorization_response_iss_parameter_supported": False}
    assert place.back(place.begin(), iss=None).status_code == 303
    assert why(place.back(place.begin(), iss="https://evil.test")) == (403, "token-wrong")


def test_a_refusal_of_the_provider_logs_nobody_in(place: Place) -> None:
    said = place.back(place.begin(), code=None, error="access_denied", error_description="<b>")
    assert why(said) == (403, "provider-refused")
    assert "<b>" not in said.text
    assert why(place.back(place.begin(), code=None)) == (403, "provider-refused")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ((400, {"error": "invalid_grant"}), (403, "provider-refused")),
        ((401, {"error": "invalid_client"}), (403, "provider-refused")),
        ((500, {}), (503, "provider-away")),
        ((302, {}), (503, "provider-away")),
        ((200, {}), (503, "provider-away")),
        ((200, {"id_token": 7}), (503, "provider-away")),
        ((200, {"id_token": "x" * 300_000}), (503, "provider-away")),
        ((200, {"id_token": "a.b.c"}), (403, "token-wrong")),
    ],
)
def test_without_a_good_token_nobody_is_logged_in(
    place: Place, answer: tuple[int, dict[str, Any]], expected: tuple[int, str]
) -> None:
    place.answer = answer
    assert why(place.back(place.begin())) == expected
    assert place.who()["reference"] is None


def test_the_nonce_of_another_login_is_refused(place: Place) -> None:
    asked = place.begin()
    place.begin(place.new_browser())
    assert why(place.back(asked)) == (403, "token-wrong")


def test_a_provider_that_is_away_is_said_to_be(place: Place) -> None:
    place.issuer.away = True
    assert why(place.browser.get("/login/provider")) == (503, "provider-away")


def test_logins_are_limited_by_address(place: Place) -> None:
    for _ in range(LOGINS):
        place.begin()
    refused = place.browser.get("/login/provider")
    assert why(refused) == (429, "too-many")
    assert int(refused.headers["retry-after"]) > 0
    place.console.clock.forward(minutes=1)
    place.begin()


@pytest.mark.parametrize("path", ["https://evil.test", "//evil.test", "/\\evil.test", "/\t/x"])
def test_a_login_leads_to_no_other_site(place: Place, path: str) -> None:
    assert place.back(place.begin(next=path)).headers["location"] == "/"


def test_a_planted_session_is_worth_nothing_after_a_login(place: Place) -> None:
    place.browser.cookies.set("__Host-ledger", "planted", domain="ledger.test", path="/")
    place.back(place.begin())
    thief = place.new_browser()
    thief.cookies.set("__Host-ledger", "planted")
    assert place.who(thief)["reference"] is None
    assert place.who()["reference"] == "employee/7"


def test_the_first_role_that_the_register_grants_counts(place: Place) -> None:
    place.claims = {"roles": ["privacy-officer", "data-subject", 7, "x y", "auditor"]}
    place.back(place.begin())
    assert place.who()["role"] == "auditor"


@pytest.mark.parametrize(
    "roles", [None, [], "privacy-officer", {"auditor": 1}, ["data-subject"], 7]
)
def test_a_role_that_the_provider_alone_names_opens_nothing(place: Place, roles: Any) -> None:
    place.claims = {"roles": roles}
    assert why(place.back(place.begin())) == (403, "not-granted")


@pytest.mark.parametrize(
    "subject", ["client-reports", "uid-0", "employee/uid-0", "a b", "customer/1", "x/y", "é"]
)
def test_a_provider_gives_away_no_reserved_name(place: Place, subject: str) -> None:
    place.console.register.granted = {(f"employee/{subject}", "auditor"), (subject, "auditor")}
    place.claims = {"sub": subject}
    assert why(place.back(place.begin())) == (403, "no-person")


def test_claims_are_found_by_the_names_of_the_settings(tmp_path: Path) -> None:
    place = Place(tmp_path, names=ClaimNames(person="staff.number", role="realm_access.roles"))
    place.claims = {"staff": {"number": "employee/7"}, "realm_access": {"roles": ["auditor"]}}
    place.back(place.begin())
    assert place.who()["reference"] == "employee/7"


def test_an_inspector_is_told_from_staff(place: Place) -> None:
    place.console.register.granted = {("employee/ap-1", "inspector")}
    place.claims = {"sub": "ap-1", "roles": ["inspector"]}
    place.back(place.begin())
    assert place.who()["kind"] == "inspector"
    (session,) = place.console.house.sessions.listed()
    assert session.principal.until == session.began + LIVES["inspector"].most


def test_a_person_of_the_portal_comes_in_by_the_portals_door(place: Place) -> None:
    place.claims = {"data_subject": "customer/10023", "roles": ["privacy-officer"]}
    place.back(place.begin(door="portal", next="/portal"))
    who = place.who()
    assert (who["reference"], who["role"], who["kind"]) == (
        "customer/10023",
        "data-subject",
        "data-subject",
    )
    assert place.console.register.asked == 0


@pytest.mark.parametrize(
    "subject", [None, "employee/7", "role/x", "customer/", "10023", ["customer/1"]]
)
def test_the_portals_door_is_for_data_subjects(place: Place, subject: Any) -> None:
    place.claims = {"data_subject": subject}
    assert why(place.back(place.begin(door="portal"))) == (403, "no-person")


def test_what_was_asked_for_is_checked(tmp_path: Path) -> None:
    place = Place(tmp_path, strength=Strength(("strong",), 600), scopes=("openid", "profile"))
    asked = place.begin()
    assert (asked["acr_values"], asked["max_age"]) == ("strong", "600")
    assert asked["scope"] == "openid profile"
    assert why(place.back(asked)) == (403, "token-wrong")
    place.claims = {"acr": "strong", "auth_time": seconds(place.console.clock())}
    assert place.back(place.begin()).status_code == 303


def test_a_logout_leads_on_to_the_provider(place: Place) -> None:
    place.back(place.begin())
    csrf = place.who()["csrf"]
    out = place.browser.post("/logout", data={"csrf": csrf}, headers=place.console.same)
    leave = out.json()["leave"]
    assert out.headers["refresh"] == f"0; url={leave}"
    query = parse_qs(urlsplit(leave).query)
    assert query["post_logout_redirect_uri"] == [f"{SECURE}/logged-out"]
    assert query["client_id"] == [CLIENT]
    assert query["id_token_hint"][0].count(".") == 2
    assert place.who()["reference"] is None
    assert place.browser.get("/logged-out").json() == {"page": "logged_out", "leave": None}


def test_a_logout_ends_here_also_while_the_provider_is_away(place: Place) -> None:
    place.back(place.begin())
    csrf = place.who()["csrf"]
    place.console.clock.forward(minutes=20)
    place.browser.get("/who")
    place.issuer.away = True
    place.console.clock.forward(minutes=25)
    place.browser.get("/who")
    place.console.clock.forward(minutes=25)
    out = place.browser.post("/logout", data={"csrf": csrf}, headers=place.console.same)
    assert out.json()["leave"] is None
    assert place.who()["reference"] is None


@pytest.mark.parametrize(
    ("claims", "ends"),
    [
        ({"sid": "s", "sub": "7"}, True),
        ({"sid": "s", "sub": None}, True),
        ({"sub": "7"}, True),
        ({"sid": "another", "sub": "7"}, False),
        ({"sid": "s", "sub": "8"}, False),
        ({"sub": "8"}, False),
    ],
)
def test_the_provider_ends_the_sessions_that_it_names(
    place: Place, claims: dict[str, Any], ends: bool
) -> None:
    place.back(place.begin())
    answer = place.logout_token(**claims)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert (place.who()["reference"] is None) is ends


def test_a_logout_token_counts_once(place: Place) -> None:
    assert place.logout_token(jti="one").status_code == 200
    place.back(place.begin())
    assert place.logout_token(jti="one").status_code == 400
    assert place.who()["reference"] == "employee/7"
    assert place.logout_token(jti="two").status_code == 200
    assert place.who()["reference"] is None


@pytest.mark.parametrize(
    ("form", "status"),
    [({}, 400), ({"logout_token": "x"}, 400), ({"logout_token": "x" * 300_000}, 413)],
)
def test_what_is_no_logout_token_ends_nothing(
    place: Place, form: dict[str, str], status: int
) -> None:
    place.back(place.begin())
    assert place.new_browser().post("/logout/backchannel", data=form).status_code == status
    assert place.who()["reference"] == "employee/7"


def test_no_session_outlives_its_kind(place: Place) -> None:
    place.back(place.begin())
    (session,) = place.console.house.sessions.listed()
    assert session.principal.until == session.began + LIVES["staff"].most


def ends_another(place: Place, browser: TestClient, name: str, path: str = "/sessions") -> str:
    """Ask to end a login, and where the answer leads."""
    csrf = place.who(browser)["csrf"]
    form = {"csrf": csrf, "name": name}
    sent = browser.post(f"{path}/end", data=form, headers=place.console.same)
    assert sent.status_code == 303
    return str(sent.headers["location"])


@pytest.mark.parametrize("said", [None, -3600])
def test_only_who_showed_just_now_who_they_are_ends_another_login(place: Place, said: Any) -> None:
    """The provider logs a browser in again without a question; only its `auth_time` tells."""
    place.back(place.begin())
    sessions = place.console.house.sessions
    (first,) = sessions.listed()
    attacker = place.new_browser()
    at = None if said is None else seconds(place.console.clock()) + said
    place.claims = {"sid": "s2"} | ({} if at is None else {"auth_time": at})
    place.back(place.begin(attacker), attacker)
    assert ends_another(place, attacker, first.name) == "/login?again=true&next=%2Fsessions"
    assert len(sessions.listed()) == 2
    own = next(one for one in sessions.listed() if one.name != first.name)
    assert ends_another(place, attacker, own.name) == "/sessions", "a session ends itself"
    assert sessions.listed() == [first]


def test_a_login_again_asks_the_person_and_then_another_login_ends(place: Place) -> None:
    place.back(place.begin())
    sessions, now = place.console.house.sessions, seconds(place.console.clock())
    (first,) = sessions.listed()
    browser = place.new_browser()
    place.back(place.begin(browser), browser)
    asked = place.begin(browser, again="true", next="/sessions")
    assert (asked["prompt"], asked["max_age"]) == ("login", "0")
    place.claims = {"auth_time": now - int(LIFE.total_seconds()) - 61}
    assert why(place.back(asked, browser)) == (403, "token-wrong"), "the provider asked nobody"
    asked = place.begin(browser, again="true", next="/sessions")
    place.claims = {"auth_time": now}
    assert place.back(asked, browser).headers["location"] == "/sessions"
    assert len(sessions.listed()) == 2, "the login before is over"
    place.console.clock.forward(minutes=9)
    assert place.who(browser)["reference"] == "employee/7"
    assert ends_another(place, browser, first.name) == "/sessions"
    assert len(sessions.listed()) == 1


def test_a_login_of_a_moment_ago_ends_others_for_ten_minutes(place: Place) -> None:
    place.claims = {"auth_time": seconds(place.console.clock())}
    other = place.new_browser()
    place.back(place.begin(other), other)
    sessions = place.console.house.sessions
    (first,) = sessions.listed()
    place.back(place.begin())
    place.console.clock.forward(minutes=10)
    place.claims = {}
    assert ends_another(place, place.browser, first.name).startswith("/login?again=true")
    portal = place.new_browser()
    place.claims = {"data_subject": "customer/10023"}
    place.back(place.begin(portal, door="portal"), portal)
    own = "/login?again=true&next=%2Fmy%2Flogins"
    assert ends_another(place, portal, first.name, "/my/logins") == own
    assert len(sessions.listed()) == 3
