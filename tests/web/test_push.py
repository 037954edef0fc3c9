"""The push to a SIEM: rsyslog of Debian by TLS and OCSF by HTTPS get who did what, once and in order."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace as changed

from documents.ocsf import is_told
from host.push_settings import PushSettings
from host.running.pushing import Bookmark, Delivery, PushObserver, check_apart, deliveries, push
from host.running.receivers import ReceiverAway, receivers
from host.site import Site
from host.wiring import open_site
from ledger.errors import Misconfigured
from ledger.library.reader import LedgerReader
from tests.fixtures.siem import Collector, Rsyslog, collector, rsyslog
from tests.web.console import Consoled, clock

PATIENCE_S = 60.0
WHO = "/persons/customer/10023"


@pytest.fixture
def siem(tmp_path: Path) -> Iterator[Rsyslog]:
    with rsyslog(tmp_path / "rsyslog") as server:
        yield server


@pytest.fixture
def taker(tmp_path: Path) -> Iterator[Collector]:
    with collector(tmp_path / "ocsf") as server:
        yield server


def by_syslog(siem: Rsyslog, folder: Path) -> PushSettings:
    return PushSettings(folder, syslog=("127.0.0.1", siem.port), authorities=siem.folder / "ca.pem")


def by_https(taker: Collector, folder: Path) -> PushSettings:
    return PushSettings(
        folder, ocsf=taker.url, token="t0ken", authorities=folder / "ocsf" / "ca.pem"
    )


@contextmanager
def pushing(
    sampled: Consoled,
    settings: PushSettings,
    observer: PushObserver | None = None,
    *,
    oldest: bool = False,
) -> Iterator[None]:
    """A push in a thread, with a session that only reads and without keys."""
    over = Event()
    all_settings = changed(sampled.pool.settings, push=settings)
    with open_site(all_settings, clock, opens_values=False) as site:
        all_of = deliveries(settings, observer or PushObserver())
        work = threading.Thread(
            target=push, args=(site, all_of, over.is_set, over.beat), kwargs={"oldest": oldest}
        )
        work.start()
        try:
            assert over.begun.wait(PATIENCE_S)
            yield
        finally:
            over.set()
            work.join()


class Event(threading.Event):
    """Ends a push. `begun`: it has looked at the ledger."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Event()
        self._beats = 0

    def beat(self) -> None:
        self._beats += 1
        if self._beats > 1:
            self.begun.set()


def until(check: Callable[[], Any]) -> Any:
    """What a check gives once that is something."""
    ended = time.monotonic() + PATIENCE_S
    while time.monotonic() < ended:
        if found := check():
            return found
        time.sleep(0.05)
    pytest.fail("it did not come")


def test_a_read_and_an_opening_arrive_by_syslog_as_they_are_recorded(
    sampled: Consoled, siem: Rsyslog, tmp_path: Path
) -> None:
    auditor = sampled.as_("auditor", "employee/901")
    with pushing(sampled, by_syslog(siem, tmp_path / "push")):
        asked = {"open": "contact", "reason": "audit-sample", "caseRef": "A-7"}
        assert auditor.get(f"/api/v1{WHO}/state", **asked).status_code == 200
        assert sampled.reads() > 0
        opened = until(
            lambda: [one for one in siem.told() if one.record["unmapped"].get("case_ref") == "A-7"]
        )
    (message,) = opened
    assert (message.priority, message.application, message.id) == (
        "110",
        "processing-ledger",
        "ledger-read",
    )
    record = message.record
    assert (record["class_uid"], record["activity_id"], record["type_uid"]) == (3004, 2, 300402)
    assert record["unmapped"]["categories"] == ["contact"]
    assert record["unmapped"]["reason"] == "audit-sample"
    assert record["actor"]["user"]["uid"] != record["entity"]["uid"]
    text = json.dumps([one.record for one in siem.told()])
    for reference in ("customer/10023", "10023", "employee/901", "@"):
        assert reference not in text, reference


def test_the_whole_past_comes_once_in_order_and_goes_on_after_the_receiver_was_away(
    sampled: Consoled, siem: Rsyslog, tmp_path: Path
) -> None:
    settings, aways = by_syslog(siem, tmp_path / "push"), list[str]()
    observer = PushObserver(away=lambda _name, why, _s: aways.append(why))
    with pushing(sampled, settings, observer, oldest=True):
        until(lambda: len(siem.told()) > 300)
        siem.stop()
        # Where everything was sent by then, this is what does not arrive.
        asked = {"open": "contact", "reason": "audit-sample", "caseRef": "A-8"}
        auditor = sampled.as_("auditor", "employee/901")
        assert auditor.get(f"/api/v1{WHO}/state", **asked).status_code == 200
        assert until(lambda: aways)[0].startswith("the receiver of syslog is away")
        siem.start()
        until_quiet(siem)
    positions = [one.record["unmapped"]["position"] for one in siem.told()]
    assert list(dict.fromkeys(positions)) == sorted(set(positions)), "in order"
    with sampled.site() as site:
        assert set(positions) == told_of(site), "without a gap"
    with pushing(sampled, settings):
        time.sleep(1.5)
    assert len(siem.told()) == len(positions), "what was taken is not sent again"


def test_the_batch_before_a_receiver_went_away_is_sent_again(
    sampled: Consoled, tmp_path: Path
) -> None:
    """A receiver that lost what it took gets it again; later tries go back no further."""
    sent, away = list[int](), {2, 3}

    class Forgetful:
        name, address = "syslog", "localhost:1"
        calls = 0

        def send(self, records: Sequence[Any]) -> None:
            self.calls += 1
            if self.calls in away:
                raise ReceiverAway("away")
            sent.append(records[0]["unmapped"]["position"])

    receiver = Forgetful()
    delivery = Delivery(receiver, Bookmark(tmp_path / "push", receiver), PushObserver())
    with sampled.site() as site:
        session = site.session("reader")
        delivery.begin(session, oldest=True)
        delivery.position = 0
        assert delivery.turn(site, session, 0.0)
        first = delivery.position
        for second in (100.0, 300.0):
            assert not delivery.turn(site, session, second)
            assert delivery.position == delivery.bookmark.position() == 0
        assert delivery.turn(site, session, 600.0)
    assert (delivery.position, len(sent), sent[0] == sent[1]) == (first, 2, True)


def test_a_batch_that_is_always_refused_does_not_repeat_the_one_before(
    sampled: Consoled, tmp_path: Path
) -> None:
    pauses, sent = list[float](), list[int]()

    class Refusing:
        name, address = "ocsf", "https://localhost:1/"

        def send(self, records: Sequence[Any]) -> None:
            position = records[0]["unmapped"]["position"]
            if sent and position != sent[0]:
                raise ReceiverAway("refused")
            sent.append(position)

    receiver, observer = Refusing(), PushObserver(away=lambda _name, _why, s: pauses.append(s))
    delivery = Delivery(receiver, Bookmark(tmp_path / "push", receiver), observer)
    with sampled.site() as site:
        session = site.session("reader")
        delivery.begin(session, oldest=True)
        delivery.position = 0
        for turn in range(8):
            delivery.turn(site, session, turn * 1000.0)
    assert len(sent) == 2
    assert pauses == [1.0, 1.0, 2.0, 4.0, 8.0, 16.0]


def until_quiet(siem: Rsyslog) -> list[Any]:
    """All that came, once nothing more comes."""
    before = -1
    while before != len(siem.told()):
        before = len(siem.told())
        time.sleep(2.5)
    return siem.told()


def told_of(site: Site) -> set[int]:
    """The positions of all that a push tells."""
    events = LedgerReader(site.session("reader")).events_after(0, 5000)
    assert len(events) < 5000
    return {event.position for event in events if is_told(event, site.settings.privacy_office)}


def test_ocsf_goes_by_https_with_a_token_and_follows_no_redirect(
    sampled: Consoled, taker: Collector, tmp_path: Path
) -> None:
    settings, aways = by_https(taker, tmp_path), list[str]()
    observer = PushObserver(away=lambda _name, why, _s: aways.append(why))
    taker.answer = 302
    with pushing(sampled, settings, observer, oldest=True):
        assert until(lambda: aways)[0] == "the receiver of OCSF answers 302"
        taker.answer = 200
        until(lambda: len(taker.records) > 200)
    assert set(taker.asked) == {"/in"}
    assert taker.tokens == {"Bearer t0ken"}
    assert "customer/" not in json.dumps(taker.records)
    for record in taker.records:
        assert record["type_uid"] == record["class_uid"] * 100 + record["activity_id"]
        assert record["metadata"]["version"] == "1.3.0"


def test_a_receiver_that_is_away_holds_up_neither_the_work_nor_another_receiver(
    sampled: Consoled, siem: Rsyslog, taker: Collector, tmp_path: Path
) -> None:
    siem.stop()
    settings = replace_receivers(by_https(taker, tmp_path), siem)
    lags: dict[str, int] = {}
    observer = PushObserver(lag=lambda name, count: lags.update({name: count}))
    with pushing(sampled, settings, observer):
        sampled.as_("auditor", "employee/901").get(f"/api/v1{WHO}/state")
        assert sampled.reads() > 0
        until(lambda: taker.records)
        assert until(lambda: lags.get("syslog"))
        assert until(lambda: "ocsf" in lags and lags["ocsf"] == 0)


def replace_receivers(settings: PushSettings, siem: Rsyslog) -> PushSettings:
    return changed(settings, syslog=("127.0.0.1", siem.port))


def test_a_certificate_of_another_authority_is_not_taken(
    siem: Rsyslog, taker: Collector, tmp_path: Path
) -> None:
    wrong = changed(by_syslog(siem, tmp_path), authorities=tmp_path / "ocsf" / "ca.pem")
    (receiver,) = receivers(wrong)
    with pytest.raises(ReceiverAway, match="SSLCertVerificationError"):
        receiver.send([])


def test_a_bookmark_of_another_receiver_begins_anew_and_a_damaged_one_stops(
    tmp_path: Path, siem: Rsyslog
) -> None:
    (receiver,) = receivers(by_syslog(siem, tmp_path))
    folder = tmp_path / "push"
    bookmark = Bookmark(folder, receiver)
    assert bookmark.position() is None
    bookmark.write(7)
    assert bookmark.position() == 7
    receiver.address = "elsewhere:6514"
    assert Bookmark(folder, receiver).position() is None
    (folder / "syslog.json").write_text("{")
    with pytest.raises(Misconfigured, match="cannot be read"):
        bookmark.position()


def test_a_ledger_needs_a_receiver_and_the_ledger_beside_it_another_one(
    siem: Rsyslog, tmp_path: Path
) -> None:
    with pytest.raises(Misconfigured, match="no receiver"):
        receivers(PushSettings(tmp_path))
    ours = by_syslog(siem, tmp_path)
    with pytest.raises(Misconfigured, match="a receiver of its own"):
        check_apart(ours, ours)
    check_apart(ours, changed(ours, syslog=("127.0.0.1", siem.port + 1)))


def test_the_command_tests_receivers_and_says_how_it_is(
    sampled: Consoled, siem: Rsyslog, tmp_path: Path
) -> None:
    settings = sampled.pool.settings
    environment = {
        **settings.texts,
        "PATH": os.environ["PATH"],
        "LEDGER_PUSH_SYSLOG": f"127.0.0.1:{siem.port}",
        "LEDGER_PUSH_CAFILE": str(siem.folder / "ca.pem"),
        "LEDGER_PUSH_DIR": str(tmp_path / "push"),
        "LEDGER_METRICS_PORT": "0",
        "LEDGER_LOG_FORMAT": "json",
    }
    words = [sys.executable, "-m", "console.main", "push"]
    tested = subprocess.run(
        [*words, "--test"], env=environment, capture_output=True, text=True, check=False
    )
    assert tested.returncode == 0, tested.stderr
    (message,) = until(siem.told)
    assert (message.id, message.record["entity"]["type"]) == ("push-test", "receiver")
    siem.stop()
    failed = subprocess.run(
        [*words, "--test"], env=environment, capture_output=True, text=True, check=False
    )
    assert failed.returncode == 3
    with running(words, environment) as page:
        until(lambda: "ledger_push_lag_events" in got(f"{page}/metrics").text)
        sampled.as_("auditor", "employee/901").get(f"/api/v1{WHO}/state")
        sampled.reads()
        missing = until(lambda: got(f"{page}/readyz").json()["missing"])
        assert missing == {
            "receiver-syslog": "the receiver of syslog is away: ConnectionRefusedError"
        }
        siem.start()
        until(lambda: got(f"{page}/readyz").status_code == 200)
        assert 'ledger_push_failures_total{receiver="syslog"}' in got(f"{page}/metrics").text
    assert len(siem.told()) > 1


def got(address: str) -> httpx2.Response:
    return httpx2.get(address, trust_env=False)


@contextmanager
def running(words: list[str], environment: dict[str, str]) -> Iterator[str]:
    """The command while it runs: the address of its pages. It ends well when it is told to."""
    log = Path(environment["LEDGER_PUSH_DIR"]).with_suffix(".log")
    with log.open("w") as file:
        process = subprocess.Popen(words, env=environment, stderr=file)
    try:
        line = until(
            lambda: next((line for line in log.read_text().splitlines() if '"serving"' in line), "")
        )
        yield f"http://127.0.0.1:{json.loads(line)['port']}"
    finally:
        process.terminate()
        assert process.wait(PATIENCE_S) == 0
