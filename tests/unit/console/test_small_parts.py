"""Labels of files, restarts of a supervised part, moments, options of Kafka, the demonstration's ground."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer

from console.demo.ground import demo_settings, fresh_ground, kafka_texts
from console.flags import moment_of
from console.streams import label_of
from host.kafka_options import options_of
from host.running.supervision import LAST_PAUSE_S, RestartDelay, ended_for_good
from host.settings import KafkaSettings
from ledger.errors import Misconfigured


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("/data/events-2024.ndjson", "events-2024.ndjson"),
        ("-", "stdin"),
        ("j.devries@example.nl.ndjson", "file"),
        ("+31612345678.ndjson", "file"),
        ("NL91ABNA0417164300.ndjson", "file"),
        ("with space.ndjson", "file"),
        ("x" * 65, "file"),
        ("", "file"),
    ],
)
def test_a_label_tells_nothing_of_a_person(path: str, label: str) -> None:
    assert label_of(path) == label


def test_only_crashes_and_absent_services_are_waited_out() -> None:
    assert [ended_for_good(status) for status in (0, 1, 2, 3, -9, -15)] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]


def test_pauses_double_up_to_a_limit_and_begin_anew_after_a_steady_run() -> None:
    restarts = RestartDelay()
    pauses = []
    for _ in range(10):
        restarts = restarts.after(ran_s=1.0)
        pauses.append(restarts.pause_s)
    assert pauses[:3] == [0.5, 1.0, 2.0]
    assert pauses[-1] == LAST_PAUSE_S
    assert restarts.after(ran_s=3600.0).pause_s == 0.5


def test_a_moment_is_read_with_its_offset() -> None:
    moment = moment_of("2024-03-01T10:00:00+01:00", None, 7)
    assert moment.as_of == datetime(2024, 3, 1, 9, tzinfo=UTC)
    assert (moment.recorded_by, moment.at_position) == (None, 7)


@pytest.mark.parametrize(
    "text", ["", "2024-03-01", "2024-03-01T10:00:00", "now", "2024-02-30T00:00:00Z"]
)
def test_a_time_without_offset_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="--recorded-by"):
        moment_of(None, text, None)


def test_options_of_kafka_leave_out_what_was_not_set() -> None:
    plain = options_of(KafkaSettings(("a:1",), ("t",), "g"))
    assert dict(plain.security) == {"security_protocol": "PLAINTEXT"}
    secure = options_of(
        KafkaSettings(
            ("a:1",),
            ("t",),
            "g",
            security_protocol="SASL_SSL",
            sasl_mechanism="PLAIN",
            sasl_username="me",
            sasl_password="secret",
            ssl_cafile=Path("/ca.pem"),
        )
    )
    assert dict(secure.security) == {
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "PLAIN",
        "sasl_plain_username": "me",
        "sasl_plain_password": "secret",
        "ssl_cafile": "/ca.pem",
    }


def test_the_demonstration_uses_its_own_keys_and_database(tmp_path: Path) -> None:
    settings = demo_settings(tmp_path / "demo", kafka_texts({"LEDGER_KEY_DIR": "/x"}, None))
    assert settings.embedded
    assert settings.key_dir == tmp_path / "demo" / "keys"


def test_the_demonstration_takes_security_from_outside_and_a_group_of_its_own() -> None:
    texts = {"LEDGER_KAFKA_SSL_CAFILE": "/ca", "LEDGER_KAFKA_GROUP": "g", "LEDGER_NAME": "x"}
    given = kafka_texts(texts, "a:1")
    group = given.pop("LEDGER_KAFKA_GROUP")
    assert given == {"LEDGER_KAFKA_SSL_CAFILE": "/ca", "LEDGER_KAFKA_BOOTSTRAP": "a:1"}
    assert group != kafka_texts(texts, "a:1")["LEDGER_KAFKA_GROUP"] != "g"


def test_the_demonstration_never_removes_what_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("x")
    with pytest.raises(Misconfigured, match="--data-dir"), fresh_ground(tmp_path):
        pass
    assert (tmp_path / "precious").exists()


def test_the_demonstration_begins_afresh_in_a_folder_of_its_own(tmp_path: Path) -> None:
    with fresh_ground(tmp_path / "demo") as ground:
        (ground / "left over").write_text("x")
        (ground / "cluster" / "base").mkdir(parents=True)
    with fresh_ground(ground):
        assert [path.name for path in ground.iterdir()] == ["demo"]


def test_a_demonstration_at_work_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.demo.ground.default_data_dir", lambda _: tmp_path)
    with fresh_ground(None) as first, fresh_ground(None) as second:
        assert (first, second) == (tmp_path / "demo", tmp_path / "demo-2")
        (first / "of the first").touch()
        with pytest.raises(Misconfigured, match="is at work"), fresh_ground(first):
            pass
        assert (first / "of the first").exists()
    with fresh_ground(None) as again:
        assert again == first
