"""A gallery of every component in every state, with made-up answers. It is no part of the product.

`python -m tests.web.gallery FOLDER` writes pictures of it, to look at.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Route

from application.language import speak
from schemas.texts import LANGUAGES, Language
from tests.web.browser import WIDTHS, chromium
from tests.web.drawn import Act
from web.flow import Flow, Stream, flow
from web.frame import Frame, Reader, Section
from web.pieces import (
    Column,
    Deadline,
    Derived,
    Erased,
    Figure,
    Held,
    Id,
    Link,
    Lost,
    Masked,
    Opened,
    Restricted,
    Seal,
    Tag,
)
from web.rendering import STATIC, environment
from web.scale import Window
from web.timeline import State, Timeline, by_month, timeline
from web.words import t, words

ADDRESS = "http://console.test"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
NAMES = ("today", "person", "states", "hostile")
HOSTILE = (
    "<script>document.title='broken'</script><img src=x onerror=\"document.title='broken'\">",
    "\N{RIGHT-TO-LEFT OVERRIDE}nekorbeg\N{POP DIRECTIONAL FORMATTING}",
    "'\"></td></table><h1>broken</h1>",
    "W" * 10_000,
    "zero\N{ZERO WIDTH SPACE}width\N{ZERO WIDTH JOINER}\N{SOFT HYPHEN}",
    "\N{HEBREW LETTER ALEF}\N{HEBREW LETTER BET}\N{HEBREW LETTER GIMEL} 123 (a)",
    "a\N{COMBINING ACUTE ACCENT}" + "\N{COMBINING RING ABOVE}" * 200,
)
_NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
_START = datetime(2024, 3, 1, 9, 30, tzinfo=UTC)
_SECTIONS = tuple(words()["nav"])


def frame(name: str, language: Language) -> Frame:
    """The frame of a page of the gallery: one of them looks at another moment."""
    then = (("as-of", "2026-03-12T14:05:00+01:00"), ("recorded-by", "2026-05-01T00:00:00+02:00"))
    return Frame(
        language,
        f"/{name}",
        then if name == "person" else (),
        tuple(Section(section, f"/{section}", section == name) for section in _SECTIONS),
        Reader("J. de Vries", "privacy-officer"),
        "VOIPZeker B.V.",
    )


def page(name: str, language: Language) -> str:
    """A page of the gallery in a language."""
    speak(language)
    source = (Path(__file__).parent / "gallery" / f"{name}.html").read_text("utf-8")
    template = environment().from_string(source)
    return template.render(frame=frame(name, language), **_VALUES[name](language))


def _today(language: Language) -> dict[str, object]:
    columns = [Column(*one) for one in ((_in(language, "Verzoek", "Request"),),)] + [
        Column(_in(language, "Recht", "Right"), order="?order=right"),
        Column(_in(language, "Termijn", "Deadline"), order="?order=due", direction="ascending"),
        Column(_in(language, "Gebeurtenissen", "Events"), number=True),
        Column(_in(language, "Stand", "State")),
        Column(_in(language, "Zegel", "Seal")),
    ]
    rows = [
        (
            Link("/requests/AVG-2026-0112", "AVG-2026-0112"),
            _in(language, "inzage", "access"),
            Deadline(date(2026, 11, 26), -2, "missed", 100),
            Figure(1204, "/events"),
            Tag(_in(language, "te laat", "late"), "bad"),
            Seal(1204, "/proof/1204", "contradicted"),
        ),
        (
            Link("/requests/AVG-2026-0119", "AVG-2026-0119"),
            _in(language, "verwijdering", "erasure"),
            Deadline(date(2026, 11, 29), 1, "running", 97),
            Figure(88, "/events"),
            Tag(_in(language, "wacht op besluit", "awaits a decision"), "due"),
            Seal(1310, "/proof/1310", "proven"),
        ),
        (
            Link("/requests/AVG-2026-0121", "AVG-2026-0121"),
            _in(language, "overdraagbaarheid", "portability"),
            Deadline(date(2026, 12, 20), 22, "running", 27),
            0,
            Tag(_in(language, "in behandeling", "in hand")),
            Seal(1311, "/proof/1311"),
        ),
        (
            Link("/requests/AVG-2026-0101", "AVG-2026-0101"),
            None,
            Deadline(None, None, "paused"),
            3,
            Tag(_in(language, "afgerond", "done"), "good"),
            Seal(1312, "/proof/1312"),
        ),
    ]
    bars = [
        (_in(language, "verkeersgegevens", "traffic data"), 41_233, "/retention/traffic", ""),
        (_in(language, "factuurgegevens", "billing data"), 12_008, "/retention/billing", ""),
        (_in(language, "contactgegevens", "contact data"), 312, "/retention/contact", "due"),
        (_in(language, "betaalgegevens", "payment data"), 17, "/retention/payment", "bad"),
        (_in(language, "bewaard door een bewaarplicht", "kept by a hold"), 0, None, "plain"),
    ]
    return {"columns": columns, "rows": rows, "bars": bars, "in_nl": language == "nl"}


def _person(language: Language) -> dict[str, object]:
    return {
        "line": person_line(language),
        "months": by_month(person_acts(language))[:2],
        "flow": _flow(language),
        "in_nl": language == "nl",
        "compared": [
            (
                _in(language, "adres", "address"),
                Masked(_in(language, "adres", "address"), "/open"),
                Masked(_in(language, "adres", "address"), "/open"),
            ),
            (_in(language, "tarief", "tariff"), "Basis", "Plus"),
            (_in(language, "nummer", "number"), None, "+31 20 555 01 23"),
            (_in(language, "taal", "language"), "nl", "nl"),
        ],
    }


def person_acts(language: Language) -> list[Act]:
    """The acts of a made-up person, some of 1,000."""
    act_texts = {
        "contract": _in(language, "Overeenkomst gewijzigd.", "Contract changed."),
        "data": _in(language, "Gegevens gecorrigeerd: adres.", "Data corrected: address."),
        "choices": _in(
            language, "Toestemming gegeven voor nieuwsbrief.", "Consent given for newsletter."
        ),
        "looked": _in(language, "Ingezien door de helpdesk.", "Looked at by the help desk."),
        "received": _in(language, "Verstrekt aan incassobureau.", "Given to debt collector."),
        "requests": _in(language, "Verzoek om inzage ontvangen.", "Request for access received."),
    }
    lanes = ("looked",) * 5 + ("received",) * 2 + ("data", "choices", "requests", "contract")
    return [
        _act(lanes[n % 11], _START + timedelta(hours=(n * n * 37) % 23_900), act_texts, n)
        for n in range(1_000)
        if n % 11 < 7 or n % 40 == 3
    ]


def person_line(language: Language) -> Timeline:
    """The timeline of a made-up person with 1,000 acts."""
    start = _START
    states = [
        State(
            "contract", start, None, _in(language, "Overeenkomst loopt.", "Contract runs."), "/e/1"
        ),
        State(
            "choices",
            start,
            start + timedelta(200),
            _in(language, "Toestemming", "Consent"),
            "/e/2",
            "good",
        ),
        State(
            "choices",
            start + timedelta(120),
            None,
            _in(language, "Toestemming", "Consent"),
            "/e/3",
            "good",
        ),
        State(
            "keeping",
            start + timedelta(500),
            start + timedelta(800),
            _in(language, "Bewaarplicht", "Hold"),
            "/e/4",
            "due",
        ),
    ]
    return timeline(
        person_acts(language),
        states,
        Window(start, _NOW),
        _NOW,
        lambda closer: f"?from={closer.start:%Y-%m-%d}&until={closer.end:%Y-%m-%d}",
    )


def _act(lane: str, at: datetime, texts: dict[str, str], n: int) -> Act:
    known = at + timedelta(hours=n % 700)
    return Act(lane, at, known, texts[lane], f"/events/{n}", "bad" if n % 131 == 0 else "plain")


def _flow(language: Language) -> Flow:
    contact, payment, traffic = (
        _in(language, *pair)
        for pair in (
            ("contactgegevens", "contact data"),
            ("betaalgegevens", "payment data"),
            ("verkeersgegevens", "traffic data"),
        )
    )
    collector, emergency, bank = (
        _in(language, *pair)
        for pair in (
            (
                "Incassobureau De Zaak B.V. te Amersfoort",
                "Debt collector De Zaak B.V. at Amersfoort",
            ),
            ("Alarmcentrale 112", "Emergency centre 112"),
            ("Bank", "Bank"),
        )
    )
    return flow(
        _in(language, "Wat ging waarheen", "What went where"),
        (
            _in(language, "Gegevens", "Data"),
            _in(language, "Ontvanger", "Recipient"),
            _in(language, "Aantal", "Number"),
        ),
        [
            Stream((contact, collector), 12, "/d/1"),
            Stream((contact, emergency), 3, "/d/2"),
            Stream((payment, bank), 140, "/d/3"),
            Stream((payment, collector), 8, "/d/4"),
            Stream((traffic, emergency), 1, "/d/5"),
        ],
    )


def _states(language: Language) -> dict[str, object]:
    return {
        "in_nl": language == "nl",
        "pairs": [
            (_in(language, "open", "open"), "Wattstraat 36a, Sassenheim"),
            (
                _in(language, "verborgen", "masked"),
                Masked(_in(language, "adres", "address"), "/open"),
            ),
            (
                _in(language, "verborgen, niet te openen", "masked, may not be opened"),
                Masked(_in(language, "rekeningnummer", "account")),
            ),
            (_in(language, "geopend", "opened"), Opened("NL91 ABNA 0417 1643 00")),
            (
                _in(language, "gewist", "erased"),
                Erased(date(2026, 3, 12), _in(language, "op verzoek", "on request")),
            ),
            (
                _in(language, "beperkt", "restricted"),
                Restricted(
                    "j.jansen@voorbeeld.nl",
                    _in(language, "juistheid betwist", "accuracy contested"),
                    date(2026, 12, 31),
                ),
            ),
            (
                _in(language, "bewaard", "held"),
                Held(
                    "2026-03",
                    Link("/holds/7", _in(language, "bewaarplicht 7", "hold 7")),
                    date(2027, 1, 1),
                ),
            ),
            (
                _in(language, "afgeleid", "derived"),
                Derived(
                    "Bank N.V.",
                    _in(language, "het register van ontvangers", "the register of recipients"),
                ),
            ),
            (_in(language, "verloren", "lost"), Lost()),
            (_in(language, "lang", "long"), "Lorem ipsum dolor sit amet. " * 40),
            (_in(language, "niets", "nothing"), None),
            (_in(language, "ja of nee", "yes or no"), True),
            (_in(language, "getal", "number"), 1_234_567),
            (_in(language, "tijd", "time"), _NOW),
            (_in(language, "kenmerk", "id"), Id("01JB2T9H6Q8M3V5N7R0XWYZKAD")),
        ],
    }


def _hostile(language: Language) -> dict[str, object]:
    return {
        "in_nl": language == "nl",
        "values": HOSTILE,
        "columns": [Column("A"), Column("B"), Column("C", number=True), Column("D")],
        "rows": [(value, Link("/x", value), index, value) for index, value in enumerate(HOSTILE)],
        "said": [t("moment.occurred", value) for value in HOSTILE],
    }


_VALUES = {"today": _today, "person": _person, "states": _states, "hostile": _hostile}


def _in(language: Language, dutch: str, english: str) -> str:
    return dutch if language == "nl" else english


def serve(context: BrowserContext) -> None:
    """From now on a context gets the pages of the gallery, under the policy that the console sends."""
    context.route("**/*", _answer)


def _answer(route: Route) -> None:
    path = route.request.url.removeprefix(ADDRESS).partition("?")[0]
    headers = {"content-security-policy": POLICY}
    if path.startswith("/static/"):
        route.fulfill(path=STATIC / path.removeprefix("/static/"), headers=headers)
        return
    language, _, name = path.strip("/").partition("/")
    if language in LANGUAGES and name in NAMES:
        headers["content-type"] = "text/html; charset=utf-8"
        route.fulfill(body=page(name, language), headers=headers)
    else:
        route.fulfill(status=404, body="No such page.", headers=headers)


def opened(tab: Page, name: str, language: Language) -> None:
    """Show a page of the gallery in a tab."""
    tab.goto(f"{ADDRESS}/{language}/{name}")


def _pictures(folder: Path, wanted: list[str]) -> Iterator[Path]:
    with chromium() as browser:
        for width in WIDTHS:
            for scheme in ("light", "dark"):
                context = browser.new_context(
                    viewport={"width": width, "height": 900},
                    color_scheme=scheme,
                )
                serve(context)
                tab = context.new_page()
                for name in wanted:
                    language: Language = "nl" if scheme == "light" else "en"
                    opened(tab, name, language)
                    path = folder / f"{name}-{width}-{scheme}-{language}.png"
                    tab.screenshot(path=path, full_page=True)
                    yield path
                    if width == WIDTHS[-1] and scheme == "light":
                        tab.pdf(path=folder / f"{name}.pdf", prefer_css_page_size=True)
                context.close()


if __name__ == "__main__":
    into = Path(sys.argv[1])
    into.mkdir(parents=True, exist_ok=True)
    for made in _pictures(into, sys.argv[2:] or [*NAMES]):
        print(made)
