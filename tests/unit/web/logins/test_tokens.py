"""A token is believed only when all of it holds: signature, kind, issuer, audience, time, nonce."""

import hmac
import json
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from datetime import timedelta
from functools import partial
from threading import Event, Semaphore
from typing import Any

import anyio
import pytest
from anyio.to_thread import current_default_thread_limiter
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import OctKey

from ledger.http import Question
from tests.fixtures.issuer import AUDIENCE, CLIENT, ISSUER, Issuer, new_curve, new_key, seconds
from tests.fixtures.ledger import Clock
from web.logins.provider import (
    FRESH_S,
    MOST_EXCHANGES,
    PAUSE_S,
    STALE_S,
    Credentials,
    Provider,
    ProviderAway,
)
from web.logins.tokens import (
    ALGORITHMS,
    LATEST_S,
    MOST_TOKEN,
    SKEW_S,
    LoginRequest,
    Strength,
    TokenWrong,
    access_claims,
    ends_at,
    id_token_claims,
    logout_claims,
)

USUAL = LoginRequest("n")


class World:
    """An issuer and what this console makes of its tokens. Keys are made once for all tests."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.issuer = Issuer(self.clock)
        self.provider = Provider(ISSUER, self.issuer.http, self.seconds)

    def seconds(self) -> float:
        return self.clock.now.timestamp()

    def id_token(self, token: str, asked: LoginRequest = USUAL) -> dict[str, Any]:
        return dict(id_token_claims(token, self.provider, CLIENT, asked, self.clock()))

    def logout(self, token: str) -> dict[str, Any]:
        return dict(logout_claims(token, self.provider, CLIENT, self.clock()))

    def access(self, token: str) -> dict[str, Any]:
        return dict(access_claims(token, self.provider, AUDIENCE, self.clock()))


KEYS = [new_key("a")]


@pytest.fixture
def world() -> World:
    made = World()
    made.issuer.keys = list(KEYS)
    return made


def encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def part(content: dict[str, Any]) -> str:
    return encoded(json.dumps(content).encode())


def wrong(code: str) -> Any:
    return pytest.raises(TokenWrong, match=f"^{code}$")


def test_a_whole_id_token_is_believed(world: World) -> None:
    assert world.id_token(world.issuer.sign(world.issuer.claims()))["sub"] == "7"
    assert world.id_token(world.issuer.sign(world.issuer.claims(), typ="JWT"))["sub"] == "7"


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "exp", "iat", "nonce"])
def test_an_id_token_lacks_nothing(world: World, name: str) -> None:
    with pytest.raises(TokenWrong):
        world.id_token(world.issuer.sign(world.issuer.claims(**{name: None})))


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"iss": "https://evil.test"}, "iss"),
        ({"iss": f"{ISSUER}/"}, "iss"),
        ({"iss": [ISSUER]}, "iss"),
        ({"aud": "another"}, "aud"),
        ({"aud": ["another"]}, "aud"),
        ({"aud": []}, "aud"),
        ({"aud": [CLIENT, "another"]}, "azp"),
        ({"aud": [CLIENT, "another"], "azp": "another"}, "azp"),
        ({"azp": "another"}, "azp"),
        ({"nonce": "m"}, "nonce"),
        ({"nonce": ["n"]}, "nonce"),
        ({"sub": ""}, "sub"),
        ({"sub": 7}, "sub"),
        ({"sub": "x" * 256}, "sub"),
        ({"exp": "never"}, "exp"),
        ({"exp": True}, "exp"),
    ],
)
def test_what_an_id_token_says_is_for_this_login(
    world: World, claims: dict[str, Any], code: str
) -> None:
    with wrong(code):
        world.id_token(world.issuer.sign(world.issuer.claims(**claims)))


def test_a_token_for_several_names_us(world: World) -> None:
    claims = world.issuer.claims(aud=[CLIENT, "another"], azp=CLIENT)
    assert world.id_token(world.issuer.sign(claims))["azp"] == CLIENT


@pytest.mark.parametrize(
    ("claims", "holds"),
    [
        ({"exp": -SKEW_S + 1}, True),
        ({"exp": -SKEW_S}, False),
        ({"nbf": SKEW_S}, True),
        ({"nbf": SKEW_S + 1}, False),
        ({"iat": SKEW_S}, True),
        ({"iat": SKEW_S + 1}, False),
    ],
)
def test_clocks_may_differ_by_a_minute(world: World, claims: dict[str, int], holds: bool) -> None:
    now = seconds(world.clock())
    token = world.issuer.sign(
        world.issuer.claims(**{name: now + offset for name, offset in claims.items()})
    )
    if holds:
        world.id_token(token)
    else:
        with wrong(*claims):
            world.id_token(token)


@pytest.mark.parametrize(
    ("asked", "claims", "code"),
    [
        (LoginRequest("n", Strength(("strong",))), {}, "acr"),
        (LoginRequest("n", Strength(("strong",))), {"acr": "weak"}, "acr"),
        (LoginRequest("n", Strength(max_age_s=600)), {}, "auth_time"),
        (LoginRequest("n", Strength(max_age_s=600)), {"auth_time": "now"}, "auth_time"),
        (LoginRequest("n", Strength(max_age_s=600)), {"auth_time": -600 - SKEW_S - 1}, "auth_time"),
        (
            LoginRequest("n", Strength(("strong", "stronger"), 600)),
            {"acr": "stronger", "auth_time": -600},
            None,
        ),
    ],
)
def test_a_login_is_of_the_kind_and_age_that_was_asked(
    world: World, asked: LoginRequest, claims: dict[str, Any], code: str | None
) -> None:
    at = claims.get("auth_time")
    if isinstance(at, int):
        claims = claims | {"auth_time": seconds(world.clock()) + at}
    token = world.issuer.sign(world.issuer.claims(**claims))
    if code is None:
        world.id_token(token, asked)
    else:
        with wrong(code):
            world.id_token(token, asked)


NO_TIMES: list[Any] = [
    *(1e308, -1e308, float("nan"), float("inf"), 10**400, -(10**400), 10**18, 253_402_300_800),
    *(-1, -0.5, True, False, "", "1e308", "253402300799", [], [1], {}, {"a": 1}, [[[]]]),
]
ODD: list[Any] = [*NO_TIMES, 0, 1.5, "x", "x" * 300, "\x00", "é", ["a", 1], {"a": {"b": []}}]


@pytest.mark.parametrize("name", ["exp", "nbf", "iat", "auth_time"])
def test_what_is_no_time_is_refused_whatever_it_is(world: World, name: str) -> None:
    for value in NO_TIMES:
        for make, read, kind in (
            (world.issuer.claims, world.id_token, "JWT"),
            (world.issuer.access, world.access, "at+jwt"),
            (world.issuer.logout, world.logout, "logout+jwt"),
        ):
            token = world.issuer.sign(make(**{name: value}), typ=kind)
            with pytest.raises(TokenWrong, match=rf"^({name}|signature)$"):
                read(token)


def test_the_last_time_that_there_is_can_be_told(world: World) -> None:
    claims = world.access(world.issuer.sign_access(exp=LATEST_S))
    assert (ends_at(claims) + timedelta(seconds=SKEW_S)).year == 9999


CLAIMS = [
    *("iss", "aud", "sub", "exp", "iat", "nbf", "nonce", "azp", "acr", "auth_time", "sid", "jti"),
    *("client_id", "scope", "roles", "events", "cnf", "data_subject", "realm_access"),
]


@pytest.mark.parametrize("claim", CLAIMS)
def test_any_claim_may_be_anything_and_nothing_breaks(world: World, claim: str) -> None:
    for value in ODD:
        for read, make, kind in (
            (world.id_token, world.issuer.claims, "JWT"),
            (world.access, world.issuer.access, "at+jwt"),
            (world.logout, world.issuer.logout, "logout+jwt"),
        ):
            with suppress(TokenWrong):
                read(world.issuer.sign(make(**{claim: value}), typ=kind))


@pytest.mark.parametrize("member", ["typ", "kid", "alg", "crit", "b64", "jwk", "x5c", "zip", "cty"])
def test_any_member_of_the_header_may_be_anything(world: World, member: str) -> None:
    key = KEYS[0].private_key
    assert key is not None
    for value in ODD:
        head = {"alg": "RS256", "kid": "a", "typ": "at+jwt", member: value}
        signed = f"{part(head)}.{part(world.issuer.access())}"
        token = f"{signed}.{encoded(key.sign(signed.encode(), PKCS1v15(), SHA256()))}"
        with suppress(TokenWrong):
            world.access(token)


@pytest.mark.parametrize("deep", [b"[" * 5_000, b'{"a":' * 2_000, b"1" * 5_000, b"-", b"\xff"])
def test_no_json_is_too_deep_or_too_long(world: World, deep: bytes) -> None:
    key = KEYS[0].private_key
    assert key is not None
    usual = json.dumps(world.issuer.access()).encode()
    for content in (deep, usual[:-1] + b',"deep":' + deep):
        signed = f"{part({'alg': 'RS256', 'kid': 'a', 'typ': 'at+jwt'})}.{encoded(content)}"
        token = f"{signed}.{encoded(key.sign(signed.encode(), PKCS1v15(), SHA256()))}"
        with wrong("(signature|length)"):
            world.access(token)
        with wrong("(signature|length)"):
            world.access(f"{encoded(content)}.{encoded(usual)}.AAAA")


def test_a_token_has_a_length(world: World) -> None:
    for length, code in ((MOST_TOKEN // 2, None), (MOST_TOKEN, "length")):
        token = world.issuer.sign_access(groups="x" * length)
        with nullcontext() if code is None else wrong(code):
            world.access(token)


def test_a_login_of_the_future_is_none(world: World) -> None:
    later = seconds(world.clock()) + SKEW_S + 1
    for at, holds in ((later, False), (later - 1, True)):
        token = world.issuer.sign(world.issuer.claims(auth_time=at))
        with nullcontext() if holds else wrong("auth_time"):
            world.id_token(token, LoginRequest("n", Strength(max_age_s=600)))


def test_no_token_without_a_signature(world: World) -> None:
    head, body, _ = world.issuer.sign(world.issuer.claims()).split(".")
    none = urlsafe_b64encode(b'{"alg":"none","kid":"a"}').rstrip(b"=").decode()
    for token in (f"{none}.{body}.", f"{head}.{body}.", f"{head}.{body}", body, "", "..", "a.b.c"):
        with wrong("signature"):
            world.id_token(token)


@pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512"])
@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_what_is_public_signs_nothing(world: World, alg: str, encoding: Encoding) -> None:
    public = KEYS[0].public_key.public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
    head = part({"alg": alg, "kid": "a"}) + "." + part(world.issuer.claims())
    mac = hmac.new(public, head.encode(), f"sha{alg[2:]}").digest()
    with wrong("signature"):
        world.id_token(f"{head}.{encoded(mac)}")


def test_a_token_with_an_unknown_critical_header_is_not_understood(world: World) -> None:
    for header, believed in (({}, True), ({"crit": ["x"], "x": 1}, False)):
        head = part({"alg": "RS256", "kid": "a", **header}) + "." + part(world.issuer.claims())
        key = KEYS[0].private_key
        assert key is not None
        token = f"{head}.{encoded(key.sign(head.encode(), PKCS1v15(), SHA256()))}"
        if believed:
            world.id_token(token)
        else:
            with wrong("signature"):
                world.id_token(token)


def test_a_published_secret_signs_nothing(world: World) -> None:
    secret = OctKey.generate_key(256, {"kid": "s"})
    world.issuer.keys.append(secret)
    with wrong("signature"):
        world.id_token(world.issuer.sign(world.issuer.claims(), secret, "HS256"))
    assert all("HS" not in name and name != "none" for name in ALGORITHMS)


def test_another_key_under_a_known_name_signs_nothing(world: World) -> None:
    with wrong("signature"):
        world.id_token(world.issuer.sign(world.issuer.claims(), new_key("a")))


def test_a_curve_is_as_good(world: World) -> None:
    curve = new_curve("c")
    world.issuer.keys.append(curve)
    world.id_token(world.issuer.sign(world.issuer.claims(), curve, "ES256"))
    with wrong("signature"):
        world.id_token(world.issuer.sign(world.issuer.claims(), KEYS[0], "RS256", kid="c"))


def test_a_key_for_another_use_signs_nothing(world: World) -> None:
    key = new_key("enc")
    world.issuer.keys.append(type(key).import_key(key.as_dict(private=True) | {"use": "enc"}))
    with wrong("signature"):
        world.id_token(world.issuer.sign(world.issuer.claims(), key))


def test_keys_rotate(world: World) -> None:
    world.id_token(world.issuer.sign(world.issuer.claims()))
    old, new = KEYS[0], new_key("b")
    world.issuer.keys = [new]
    world.clock.forward(seconds=PAUSE_S)
    world.id_token(world.issuer.sign(world.issuer.claims(), new))
    with wrong("signature"):
        world.id_token(world.issuer.sign(world.issuer.claims(), old))


def test_a_key_that_is_taken_away_stops_counting(world: World) -> None:
    world.id_token(world.issuer.sign(world.issuer.claims()))
    world.issuer.keys = [new_key("b")]
    world.id_token(world.issuer.sign(world.issuer.claims(), KEYS[0]))
    world.clock.forward(seconds=FRESH_S)
    with wrong("signature"):
        world.id_token(world.issuer.sign(world.issuer.claims(), KEYS[0]))


def test_made_up_keys_do_not_make_us_ask_again_and_again(world: World) -> None:
    stranger = new_key("stranger")
    for _ in range(20):
        with wrong("signature"):
            world.id_token(world.issuer.sign(world.issuer.claims(), stranger))
    assert world.issuer.asked.count("/keys") == 1
    world.clock.forward(seconds=PAUSE_S)
    with wrong("signature"):
        world.id_token(world.issuer.sign(world.issuer.claims(), stranger))
    assert world.issuer.asked.count("/keys") == 2


def test_while_the_provider_is_away_its_last_keys_count_for_a_while(world: World) -> None:
    world.id_token(world.issuer.sign(world.issuer.claims()))
    world.issuer.away = True
    world.clock.forward(seconds=STALE_S - 1)
    world.id_token(world.issuer.sign(world.issuer.claims()))
    world.clock.forward(seconds=1)
    with pytest.raises(ProviderAway):
        world.id_token(world.issuer.sign(world.issuer.claims()))


def test_without_a_name_the_only_key_counts_and_of_several_none(world: World) -> None:
    world.id_token(world.issuer.sign(world.issuer.claims(), kid=None))
    world.issuer.keys.append(new_key("b"))
    world.clock.forward(seconds=FRESH_S)
    with wrong("signature"):
        world.id_token(world.issuer.sign(world.issuer.claims(), kid=None))


@pytest.mark.parametrize(
    "says",
    [
        {"issuer": "https://evil.test"},
        {"issuer": f"{ISSUER}/"},
        {"token_endpoint": "http://login.test/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"end_session_endpoint": "http://login.test/end"},
        {"jwks_uri": None},
        {"code_challenge_methods_supported": ["plain"]},
        {"token_endpoint": 7},
    ],
)
def test_a_description_that_does_not_hold_is_not_used(world: World, says: dict[str, Any]) -> None:
    world.issuer.says = says
    with pytest.raises(ProviderAway):
        world.provider.metadata()


def test_a_description_is_read_once_for_a_while(world: World) -> None:
    for _ in range(3):
        assert world.provider.metadata().issuer == ISSUER
    assert len(world.issuer.asked) == 1


@pytest.mark.parametrize("typ", ["at+jwt", "application/at+jwt", "AT+JWT"])
def test_an_access_token_says_that_it_is_one(world: World, typ: str) -> None:
    assert world.access(world.issuer.sign(world.issuer.access(), typ=typ))["client_id"] == "reports"


@pytest.mark.parametrize("typ", [None, "JWT", "logout+jwt", "dpop+jwt"])
def test_no_other_token_passes_for_an_access_token(world: World, typ: Any) -> None:
    with pytest.raises(TokenWrong):
        world.access(world.issuer.sign(world.issuer.access(), typ=typ))


@pytest.mark.parametrize("typ", [None, "JWT", "at+jwt"])
def test_no_other_token_passes_for_a_logout_token(world: World, typ: str | None) -> None:
    with wrong("typ"):
        world.logout(world.issuer.sign(world.issuer.logout(), typ=typ))


@pytest.mark.parametrize("typ", ["at+jwt", "logout+jwt"])
def test_no_other_token_passes_for_an_id_token(world: World, typ: str) -> None:
    with wrong("typ"):
        world.id_token(world.issuer.sign(world.issuer.claims(), typ=typ))


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"aud": CLIENT}, "aud"),
        ({"iss": "https://evil.test"}, "iss"),
        ({"client_id": None}, "client_id"),
        ({"jti": None}, "jti"),
        ({"sub": None}, "sub"),
        ({"exp": 0}, "exp"),
    ],
)
def test_an_access_token_is_for_this_ledger(
    world: World, claims: dict[str, Any], code: str
) -> None:
    with wrong(code):
        world.access(world.issuer.sign_access(**claims))


def test_a_logout_token_names_a_session(world: World) -> None:
    token = world.issuer.sign(world.issuer.logout(sid="s", sub=None), typ="logout+jwt")
    assert world.logout(token)["sid"] == "s"


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"events": None}, "events"),
        ({"events": {}}, "events"),
        ({"events": {"other": {}}}, "events"),
        ({"events": {"http://schemas.openid.net/event/backchannel-logout": "x"}}, "events"),
        ({"nonce": "n"}, "nonce"),
        ({"sub": None}, "sub"),
        ({"jti": None}, "jti"),
        ({"aud": "another"}, "aud"),
        ({"iss": "https://evil.test"}, "iss"),
        ({"exp": None}, "exp"),
        ({"iat": None}, "iat"),
        ({"sid": 7}, "sid"),
    ],
)
def test_a_logout_token_is_one(world: World, claims: dict[str, Any], code: str) -> None:
    with wrong(code):
        world.logout(world.issuer.sign(world.issuer.logout(**claims), typ="logout+jwt"))


def test_an_id_token_ends_no_session(world: World) -> None:
    with pytest.raises(TokenWrong):
        world.logout(world.issuer.sign(world.issuer.claims()))


@given(st.text(max_size=200) | st.from_regex(r"[\w-]{1,40}\.[\w-]{1,40}\.[\w-]{0,40}"))
def test_any_text_is_refused_and_none_breaks(text: str) -> None:
    with pytest.raises(TokenWrong):
        WORLD.access(text)


WORLD = World()
WORLD.issuer.keys = list(KEYS)


def test_while_one_waits_for_a_provider_that_hangs_no_other_does(world: World) -> None:
    asked, answers = Event(), Event()
    read = world.provider._send

    def hanging(question: Question) -> tuple[int, bytes]:
        asked.set()
        assert answers.wait(60)
        return read(question)

    world.provider._send = hanging  # type: ignore[method-assign]
    token = world.issuer.sign_access()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(world.access, token)
        try:
            assert asked.wait(60)
            for _ in range(20):
                with pytest.raises(ProviderAway):
                    world.access(token)
            with pytest.raises(ProviderAway):
                world.provider.metadata()
        finally:
            answers.set()
        first.result(60)
    world.access(token)


def test_logins_at_a_provider_that_hangs_leave_threads_for_pages(world: World) -> None:
    asked, answers = Semaphore(0), Event()
    world.provider.metadata()

    def hanging(question: Question) -> tuple[int, bytes]:
        asked.release()
        assert answers.wait(60)
        return 200, b'{"id_token": "t"}'

    world.provider._send = hanging  # type: ignore[method-assign]
    exchange = partial(
        world.provider.exchange, Credentials(CLIENT), "code", "verifier", "https://x"
    )
    with ThreadPoolExecutor(MOST_EXCHANGES) as pool:
        begun = [pool.submit(exchange) for _ in range(MOST_EXCHANGES)]
        try:
            assert all(asked.acquire(timeout=60) for _ in begun)
            for _ in range(3):
                with pytest.raises(ProviderAway, match="has not answered"):
                    exchange()
        finally:
            answers.set()
        assert {one.result(60).id_token for one in begun} == {"t"}
    assert exchange().id_token == "t"

    async def threads() -> float:
        return current_default_thread_limiter().total_tokens

    # In a thread of its own: a browser of another test may have a loop in this one.
    with ThreadPoolExecutor(1) as own:
        assert own.submit(anyio.run, threads).result() >= 2 * MOST_EXCHANGES


def test_a_provider_that_was_away_is_left_alone_for_a_moment(world: World) -> None:
    world.issuer.away = True
    for _ in range(20):
        with pytest.raises(ProviderAway):
            world.access(world.issuer.sign_access())
    assert len(world.issuer.asked) == 1
    world.issuer.away = False
    world.clock.forward(seconds=PAUSE_S)
    world.access(world.issuer.sign_access())
