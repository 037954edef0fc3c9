"""Image, compose file and units hold to their promises: pinned, unprivileged, closed, without secrets."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from console.main import command_tree
from host.setting_list import SETTINGS
from ledger.embedded.cluster import shipped_programs
from tests.architecture.documents import ROOT
from tests.fixtures.deployment import DOCKERFILE, ROLES, SECRETS, VOLUME, compose, image_environment

UNITS = ROOT / "deploy" / "systemd"
CONFIDENTIAL = ROOT / "deploy" / "confidential" / "docker-compose.yml"
PEOPLES = UNITS / "ledger-as"
PROGRAM = "/opt/processing-ledger/bin/ledger"
PINNED = re.compile(r"[a-z/-]+:v?\d+\.\d+(\.\d+)?(-[a-z-]+)?(@sha256:[0-9a-f]{64})?")
SECRET_NAME = re.compile(r"PASSWORD|SECRET|TOKEN|PASSFILE", re.IGNORECASE)
LONG_RUNNING = {
    *("kafka", "database", "prometheus", "alertmanager", "grafana"),
    *("consumer", "projector", "publisher", "upkeep", "push", "console"),
}
# Out of 10, where 10 is an ordinary service; systemd's own word for less than 2 is "ok".
EXPOSURE = "2.0"

SERVICES: dict[str, dict[str, Any]] = compose()["services"]
OURS = {name: each for name, each in SERVICES.items() if "processing-ledger" in each["image"]}


def compose_client() -> list[str]:
    """Debian's docker-compose, or the plugin of the newer client."""
    return ["docker-compose"] if shutil.which("docker-compose") else ["docker", "compose"]


def test_a_compose_client_accepts_the_file() -> None:
    checked = subprocess.run(
        [*compose_client(), "--file", ROOT / "docker-compose.yml", "config"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    for name in SERVICES.keys() - {"ledger"}:
        assert re.search(rf"^  {name}:$", checked.stdout, re.MULTILINE), name


def merged() -> dict[str, Any]:
    """What the compose client makes of both files: the confidential ledger's deployment."""
    files = [f"--file={path}" for path in (ROOT / "docker-compose.yml", CONFIDENTIAL)]
    checked = subprocess.run(
        [*compose_client(), *files, "--profile=commands", "--profile=push", "config"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    document: dict[str, Any] = yaml.safe_load(checked.stdout)
    return document


def test_on_its_machine_every_part_of_the_program_is_of_the_confidential_ledger() -> None:
    services = merged()["services"]
    assert services.keys() == SERVICES.keys()
    for name in OURS:
        assert services[name]["environment"]["LEDGER_CONFIDENTIAL"] == "1", name
    assert services["database"]["environment"]["LEDGER_NAME"] == "confidential"
    (script,) = services["topics"]["command"][2:]
    assert re.findall(r"privacy\.\w+\.v1", script) == ["privacy.confidential.v1"]


def test_the_deployment_of_the_open_ledger_says_nothing_of_another_ledger() -> None:
    """Its staff may see containers, units, logins and ports."""
    files = [ROOT / "docker-compose.yml", ROLES, *UNITS.rglob("*"), ROOT / "deploy" / "secrets"]
    for path in filter(Path.is_file, files):
        assert not re.search(r"confidential|secrecy|\border", path.read_text(), re.IGNORECASE), path


def test_every_image_has_a_version() -> None:
    for name, service in SERVICES.items():
        assert PINNED.fullmatch(service["image"]), name


def test_the_database_is_of_the_version_that_the_tests_run() -> None:
    asked = subprocess.run(
        [shipped_programs() / "postgres", "--version"], capture_output=True, text=True, check=True
    )
    shipped = re.search(r"\) (\d+)\.", asked.stdout)
    assert shipped
    assert SERVICES["database"]["image"].startswith(f"postgres:{shipped[1]}.")


def test_what_goes_on_is_restarted_and_watched() -> None:
    for name, service in SERVICES.items():
        goes_on = name in LONG_RUNNING
        assert ("healthcheck" in service) == goes_on, name
        if goes_on:
            assert service["restart"] == "unless-stopped"
    assert LONG_RUNNING | {"topics", "init", "ledger"} == SERVICES.keys()


def test_a_restore_stops_all_that_records_or_publishes() -> None:
    """The console records reads and acts. A unit stops with the target that it is part of."""
    page = (ROOT / "docs" / "how-to" / "backup.md").read_text("utf-8")
    (stopped,) = re.findall(r"^docker-compose stop (.+)$", page, re.MULTILINE)
    assert {*stopped.split()} == OURS.keys() & LONG_RUNNING
    (stopped,) = re.findall(r"^systemctl stop (.+)$", page, re.MULTILINE)
    alone = {
        path.name
        for kind in ("service", "timer")
        for path in UNITS.glob(f"*.{kind}")
        if "\nPartOf=ledger.target\n" not in path.read_text()
    }
    assert {*stopped.split()} == {"ledger.target"} | alone - {"ledger-init.service"}


def test_two_consumers_share_the_work() -> None:
    assert SERVICES["consumer"]["deploy"]["replicas"] == 2


def test_who_needs_what_waits_for_it() -> None:
    order = {
        name: {other: how["condition"] for other, how in service["depends_on"].items()}
        for name, service in SERVICES.items()
        if "depends_on" in service
    }
    done, well = "service_completed_successfully", "service_healthy"
    assert order["init"] == {"database": well}
    assert order["topics"] == {"kafka": well}
    assert order["consumer"] == order["projector"] == {"init": done, "topics": done}
    assert order["upkeep"] == order["publisher"] == order["console"] == {"init": done}


def test_secrets_are_files_and_each_service_has_its_own_alone() -> None:
    for name, secret in compose()["secrets"].items():
        assert secret == {"file": f"./secrets/{name}"}
    for name, service in SERVICES.items():
        files = set()
        for variable, value in service.get("environment", {}).items():
            if SECRET_NAME.search(variable):
                assert variable.endswith("_FILE"), variable
                files.add(Path(value).relative_to(SECRETS).name)
            assert not re.search(r"://[^/@]*:[^/@]*@", str(value)), "a password in a URL"
        granted = set(service.get("secrets", []))
        # The database makes the logins, so it is given all of their passwords.
        assert files == granted if name != "database" else files < granted, name


def test_every_secret_is_made_and_ignored() -> None:
    script = (ROOT / "deploy" / "secrets").read_text("utf-8")
    found = re.search(r"^for name in (.+); do$", script, re.MULTILINE)
    assert found
    assert {f"{name}_password" for name in found[1].split()} == compose()["secrets"].keys()
    ignored = (ROOT / ".gitignore").read_text("utf-8").split()
    assert "secrets/" in ignored


def test_each_part_of_the_program_has_a_login_of_its_own_and_none_is_the_superuser() -> None:
    users = {}
    for name, service in OURS.items():
        url = service["environment"]["LEDGER_DATABASE_URL"]
        found = re.fullmatch(r"postgresql://(ledger_\w+)@database/ledger", url)
        assert found, name
        users[name] = found[1]
        password = service["environment"]["LEDGER_DATABASE_PASSWORD_FILE"]
        assert password == f"{SECRETS}/{found[1].removeprefix('ledger_')}_password"
    assert len(set(users.values())) == len(users) == 8


def test_the_program_may_write_nothing_but_keys_and_log_and_has_no_capability() -> None:
    for name, service in OURS.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["tmpfs"] == ["/tmp"]
        assert not service.keys() & {"privileged", "user", "cap_add", "devices", "network_mode"}


def test_each_part_of_the_program_sees_the_folders_that_it_needs_and_no_other() -> None:
    keys, key, log = f"keys:{VOLUME}", f"log-key:{VOLUME}-log-key", f"log:{VOLUME}-log"
    seen = {name: service.get("volumes", []) for name, service in OURS.items()}
    assert seen.pop("projector") == []
    assert seen.pop("push") == [f"push:{VOLUME}-push"]
    assert seen.pop("publisher") == [f"{key}:ro", log]
    assert seen.pop("consumer") == seen.pop("upkeep") == [keys, f"{log}:ro"]
    assert seen.pop("console") == [keys, f"{key}:ro", f"{log}:ro"]
    assert seen.pop("init") == seen.pop("ledger") == [keys, key, f"{log}:ro"]
    assert seen == {}


def test_the_folders_of_the_log_are_where_the_volumes_are_and_belong_to_the_programs_user() -> None:
    environment = image_environment()
    assert environment["LEDGER_LOG_DIR"] == f"{VOLUME}-log"
    assert Path(environment["LEDGER_LOG_KEY_FILE"]).parent == Path(f"{VOLUME}-log-key")
    made = re.findall(r"install --directory --owner ledger --mode (\d+) (\S+)", stages()[1])
    closed = dict.fromkeys((f"{VOLUME}-log-key", f"{VOLUME}-push"), "0700")
    assert dict(map(reversed, made)) == {**closed, f"{VOLUME}-log": "0755"}


def test_no_port_is_open_to_others_and_the_database_is_apart() -> None:
    for service in SERVICES.values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    assert compose()["networks"]["store"] == {"internal": True}
    assert SERVICES["database"]["networks"] == ["store"]
    reach_it = {
        name for name, service in SERVICES.items() if "store" in service.get("networks", [])
    }
    assert reach_it == OURS.keys() | {"database"}


def commands() -> Iterator[str]:
    for service in OURS.values():
        yield service["command"][0]
    for path in UNITS.glob("*.service"):
        (line,) = re.findall(rf"^ExecStart={PROGRAM} (.+)$", path.read_text(), re.MULTILINE)
        yield line


@pytest.mark.parametrize("line", sorted(set(commands())))
def test_what_is_started_is_a_command(line: str) -> None:
    command: Any = command_tree()
    for word in line.split():
        if word.startswith("--"):
            assert word in {name for option in command.params for name in option.opts}
        else:
            command = command.commands[word]
    assert not hasattr(command, "commands"), "a group of commands does nothing"


def settings_used() -> Iterator[str]:
    yield from image_environment()
    for service in OURS.values():
        yield from service["environment"]
    for path in [*UNITS.glob("*.service"), *UNITS.glob("*.d/*.conf")]:
        yield from re.findall(r"^Environment=(\w+)=", path.read_text(), re.MULTILINE)
    yield from re.findall(r"--setenv=(\w+)=", PEOPLES.read_text())


def test_every_setting_that_is_set_exists() -> None:
    used = {name for name in settings_used() if name.startswith("LEDGER_")}
    assert used
    assert used <= {setting.variable for setting in SETTINGS}


def stages() -> list[str]:
    """The stages of the image, continued lines joined."""
    text = DOCKERFILE.read_text("utf-8").replace("\\\n", " ")
    return re.findall(r"^FROM (?:.*\n(?!FROM ))*.*", text, re.MULTILINE)


def test_the_image_is_made_in_two_stages_from_one_version_of_python() -> None:
    bases = [stage.split()[1] for stage in stages()]
    assert len(bases) == 2
    assert len(set(bases)) == 1
    assert PINNED.fullmatch(bases[0])
    assert "-slim" in bases[0]


def test_the_image_has_no_tools_and_no_root() -> None:
    _, final = stages()
    assert not re.search(r"apt-get|pip install|pip wheel|curl|wget|git ", final)
    assert re.findall(r"^COPY (.+)$", final, re.MULTILINE) == ["--from=build /app /app"]
    assert "pip uninstall" in final
    users = re.findall(r"^USER (\S+)$", final, re.MULTILINE)
    assert len(users) == 1
    assert int(users[0]) >= 1000
    after = final.partition("\nUSER ")[2]
    assert "\nRUN " not in after
    assert re.search(r'^ENTRYPOINT \["ledger"\]$', after, re.MULTILINE)


def test_the_image_installs_what_the_lock_file_pins_and_nothing_else() -> None:
    build, _ = stages()
    fetched = re.findall(r"\bpip (?:--python \S+ )?(?:download|wheel|install) [^&\n]*", build)
    assert len(fetched) == 3
    assert "--require-hashes --only-binary :all: --requirement requirements.lock" in fetched[0]
    assert all("--no-index" in line for line in fetched[1:])


def test_no_secret_is_in_the_image() -> None:
    text = DOCKERFILE.read_text("utf-8")
    assert not re.search(r"^(ADD|ARG) ", text, re.MULTILINE)
    assert not any(SECRET_NAME.search(name) for name in image_environment())


def test_the_image_is_made_of_the_packages_of_the_wheel_alone() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert lines[1] == "*"
    let_in = {line[1:] for line in lines if line.startswith("!")}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    packages = set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    assert let_in == packages | {"pyproject.toml", "requirements.lock", "README.md", "LICENSE"}
    version = project["project"]["version"]
    assert {service["image"] for service in OURS.values()} == {f"processing-ledger:{version}"}


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units, for a program that is where this one is."""
    folder = tmp_path / "units"
    shutil.copytree(UNITS, folder)
    program = Path(sys.executable).with_name("ledger")
    for path in folder.glob("*.service"):
        path.write_text(path.read_text().replace(PROGRAM, str(program)))
    template = folder / "ledger-consume@.service"
    shutil.copy(template, folder / "ledger-consume@9464.service")
    return folder


def analyze(*arguments: str | Path) -> None:
    done = subprocess.run(
        ["systemd-analyze", *arguments], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr


def test_systemd_accepts_the_units(units: Path) -> None:
    names = [path for kind in ("service", "target", "timer") for path in units.glob(f"*.{kind}")]
    assert len(names) == 11
    for path in names:
        if "@." not in path.name:
            analyze("verify", "--man=no", path)


def test_the_units_are_closed_as_far_as_systemd_can_tell(units: Path) -> None:
    threshold = str(int(float(EXPOSURE) * 10))
    for path in units.glob("*.service"):
        if "@." not in path.name:
            analyze("security", "--offline=true", f"--threshold={threshold}", "--no-pager", path)


def test_the_units_are_given_passwords_by_systemd_and_hold_none() -> None:
    for path in UNITS.glob("*.service"):
        text = path.read_text()
        url = re.search(r"^Environment=LEDGER_DATABASE_URL=(.+)$", text, re.MULTILINE)
        assert url, path.name
        login = re.fullmatch(r"postgresql://ledger_(\w+)@/ledger", url[1])
        assert login, path.name
        credential = f"LoadCredential=password:/etc/processing-ledger/secrets/{login[1]}_password"
        assert credential in text.splitlines()
        assert "Environment=LEDGER_DATABASE_PASSWORD_FILE=%d/password" in text.splitlines()


def test_the_units_cannot_see_the_keys_that_they_do_not_need() -> None:
    keys, log_key = f"-{VOLUME}", f"-{VOLUME}-log-key"
    wanted = {name: {log_key} for name in ("consume@", "upkeep", "retention")}
    wanted |= {
        "publish": {keys},
        "init": set[str](),
        "project": {keys, log_key},
        "push": {keys, log_key},
        "serve": set[str](),
    }
    for name, hidden in wanted.items():
        text = (UNITS / f"ledger-{name}.service").read_text()
        paths = re.findall(r"^InaccessiblePaths=(.+)$", text, re.MULTILINE)
        assert set(" ".join(paths).split()) == hidden, name
    # What is common comes after a unit's own, and would win.
    common = (UNITS / "ledger-.service.d" / "common.conf").read_text()
    assert not re.search(r"LEDGER_KEY_DIR|^UMask", common, re.MULTILINE)


def test_whoever_records_refuses_what_the_register_does_not_know_of_a_source() -> None:
    """Files are ingested by people's commands, so these are told, too."""
    for name in ("consumer", "ledger"):
        assert OURS[name]["environment"]["LEDGER_SOURCES"] == "strict"
    common = (UNITS / "ledger-.service.d" / "common.conf").read_text().splitlines()
    assert "Environment=LEDGER_SOURCES=strict" in common
    assert "--setenv=LEDGER_SOURCES=strict" in (UNITS / "ledger-as").read_text()


def test_a_unit_waits_for_a_database_and_stays_down_where_a_person_must_look() -> None:
    """What the guides say of exit statuses 1, 2 and 3; no unit and no drop-in says otherwise."""
    common = (UNITS / "ledger-.service.d" / "common.conf").read_text().splitlines()
    wanted = {
        *("StartLimitIntervalSec=0", "Restart=on-failure", "RestartSec=5"),
        "RestartPreventExitStatus=1 2",
    }
    assert wanted <= set(common)
    for path in UNITS.glob("*.service"):
        assert path.name.startswith("ledger-"), "the drop-in is not of this unit"
        assert not re.search(r"^(Restart|StartLimit|SuccessExit)", path.read_text(), re.MULTILINE)


def test_units_without_keys_are_users_of_the_moment_and_the_others_own_the_keys() -> None:
    for path in UNITS.glob("*.service"):
        lines = path.read_text().splitlines()
        is_of_the_moment = path.name in {"ledger-project.service", "ledger-push.service"}
        assert ("DynamicUser=yes" in lines) == is_of_the_moment, path.name
        assert ("User=processing-ledger" in lines) != is_of_the_moment, path.name


def test_only_the_publishers_unit_lets_others_read_what_it_writes() -> None:
    masks = {
        path.stem: re.findall(r"^UMask=(\d+)$", path.read_text(), re.MULTILINE)
        for path in UNITS.glob("*.service")
    }
    assert masks.pop("ledger-publish") == ["0022"]
    assert set(map(tuple, masks.values())) == {("0077",)}


def test_retention_runs_every_night_once_somebody_says_so_and_names_nobody_in_the_journal() -> None:
    timer = (UNITS / "ledger-retention.timer").read_text().splitlines()
    assert {"OnCalendar=*-*-* 03:15:00", "Persistent=true", "WantedBy=timers.target"} <= set(timer)
    assert "retention" not in (UNITS / "ledger.target").read_text()
    service = (UNITS / "ledger-retention.service").read_text().splitlines()
    assert {"Type=oneshot", "StandardOutput=null"} <= set(service)
    assert f"ExecStart={PROGRAM} retention run --yes" in service
    assert "[Install]" not in service


@pytest.fixture
def peoples(tmp_path: Path) -> Callable[..., list[str]]:
    """`ledger-as` with a systemd-run that prints its options, and `printenv` in the program's place."""
    stub = tmp_path / "systemd-run"
    stub.write_text(
        '#!/bin/sh\nwhile [ "${1#--}" != "$1" ]; do echo "$1"; shift; done\n'
        'CREDENTIALS_DIRECTORY=/run/credentials/one exec "$@"\n'
    )
    script = tmp_path / "ledger-as"
    script.write_text(PEOPLES.read_text().replace(PROGRAM, "printenv"))
    for path in (stub, script):
        path.chmod(0o755)

    def run(*arguments: str, **environment: str) -> list[str]:
        known = {"PATH": f"{tmp_path}:{os.environ['PATH']}", **environment}
        done = subprocess.run(
            [script, *arguments], capture_output=True, text=True, check=True, env=known
        )
        return done.stdout.splitlines()

    return run


def set_in(path: Path) -> dict[str, str]:
    """What a unit or a drop-in puts into the environment."""
    pairs = re.findall(r"^Environment=(\w+)=(.*)$", path.read_text(), re.MULTILINE)
    return dict(pairs)


@pytest.mark.parametrize(("login", "unit"), [("operator", "retention"), ("owner", "init")])
def test_peoples_commands_have_the_users_settings_and_passwords_of_the_units(
    peoples: Callable[..., list[str]], login: str, unit: str
) -> None:
    *options, password = peoples(login, "LEDGER_DATABASE_PASSWORD_FILE", SUDO_USER="anna")
    given = dict(
        each.removeprefix("--setenv=").split("=", 1) for each in options if "setenv" in each
    )
    assert given.pop("LEDGER_LOGIN") == "employee/anna"
    path = UNITS / f"ledger-{unit}.service"
    common = UNITS / "ledger-.service.d" / "common.conf"
    wanted = set_in(common) | set_in(path)
    for of_services in ("LEDGER_LOG_FORMAT", "PYTHONDONTWRITEBYTECODE"):
        del wanted[of_services]
    assert (
        wanted.pop("LEDGER_DATABASE_PASSWORD_FILE").replace("%d", "/run/credentials/one")
        == password
    )
    assert given == wanted
    properties = {each.removeprefix("--property=") for each in options if "property" in each}
    assert properties <= {*path.read_text().splitlines(), *common.read_text().splitlines()}
    assert {each.partition("=")[0] for each in properties} == {
        *("User", "UMask", "LoadCredential", "EnvironmentFile")
    }


def test_the_publishers_commands_let_others_read_too(peoples: Callable[..., list[str]]) -> None:
    assert "--property=UMask=0022" in peoples("publisher", "PATH")


def test_the_journal_is_not_told_whom_a_command_is_about(peoples: Callable[..., list[str]]) -> None:
    (told,) = [each for each in peoples("operator", "PATH") if each.startswith("--description=")]
    assert "PATH" not in told


def test_root_without_sudo_may_say_who_reads(peoples: Callable[..., list[str]]) -> None:
    said = peoples("operator", "PATH", LEDGER_READER="employee/7", LEDGER_READER_ROLE="agent")
    assert {"--setenv=LEDGER_LOGIN=employee/7", "--setenv=LEDGER_READER_ROLE=agent"} <= set(said)


def test_who_called_sudo_cannot_be_somebody_else(peoples: Callable[..., list[str]]) -> None:
    said = peoples("operator", "PATH", SUDO_USER="anna", LEDGER_READER="employee/7")
    assert "--setenv=LEDGER_LOGIN=employee/anna" in said
    assert not [each for each in said if "employee/7" in each]


def megabytes(text: str) -> int:
    """A limit, as units, the compose file and the page write it."""
    number, unit = re.fullmatch(r"(\d+) ?([MmGg])B?", text).groups()  # type: ignore[union-attr]
    return int(number) * (1024 if unit.upper() == "G" else 1)


def test_limits_of_memory_are_those_of_the_page_and_leave_room_over_what_was_measured() -> None:
    page = (ROOT / "docs" / "how-to" / "deploy.md").read_text("utf-8")
    rows = re.findall(r"^\| `ledger ([a-z ]+)` \| ([\d,]+) \| (\d+ [MG]B) \|$", page, re.MULTILINE)
    limits = {name: megabytes(limit) for name, _, limit in rows}
    measured = json.loads((ROOT / "docs" / "performance" / "memory.json").read_text("utf-8"))
    peaks = measured["megabytes"]
    assert {name: int(peak.replace(",", "")) for name, peak, _ in rows} == {
        n: peaks[n] for n in limits
    }
    assert all(limit > 1.5 * peaks[name] for name, limit in limits.items())
    units = {}
    for path in UNITS.glob("*.service"):
        text = path.read_text("utf-8")
        (command,) = re.findall(rf"^ExecStart={PROGRAM} (.+)$", text, re.MULTILINE)
        (limit,) = re.findall(r"^MemoryMax=(\S+)$", text, re.MULTILINE)
        units[command.removesuffix(" --yes")] = megabytes(limit)
    assert units == limits
    containers = {one["command"][0]: megabytes(one["mem_limit"]) for one in OURS.values()}
    commands = containers.pop("status")
    assert containers == {name: limits[name] for name in containers}
    assert commands > 1.5 * max(peaks["audit --views"], peaks["report access"])
