"""What sizes come to is computed from the files of the benchmarks, and from nothing else."""

from pathlib import Path

import orjson
import pytest

from bench import prune, sizes, spark
from bench.ledgers.splitting import write_log
from bench.tools.results import line
from ledger.tlog.proving.proof_file import encode_proof
from ledger.tlog.proving.reading import prove
from ledger.tlog.store.folder import LogFolder
from tests.fixtures.published import entries
from tests.fixtures.tlog import log_key


@pytest.fixture
def measured() -> sizes.Measured:
    return sizes.Measured(
        intake=10_000,
        rebuild=10_000,
        apart=20_000,
        audit=100_000,
        archive=100_000,
        question=1_000_000,
        database_bytes=4_000,
        log_bytes=700,
        archive_bytes=150,
        prove_ms=3,
        folded=10_000,
        written=40_000,
        spark_start_s=10,
        prune_start_s=100,
        plan_s=0.001,
        cut_s=0.002,
    )


def test_each_bound_decides_where_it_is_the_first(measured: sizes.Measured) -> None:
    assert sizes.sizing(10**6, measured) == (1, 1, 1)
    # 10¹⁰ events of 4 kB are 20 times half a disk, and nine nights of a rebuild on Spark.
    assert sizes.KEPT_YEARS == 10
    assert sizes.sizing(10**9, measured) == (1, 20, 9)
    assert sizes.sizing(10**9, measured).ledgers == 32
    slow = measured._replace(intake=100)
    assert sizes.sizing(10**9, slow).by_rate == 7
    assert sizes.sizing(10**8, measured).ledgers == 2


def test_a_faster_rebuild_moves_the_size_from_which_spark_pays(measured: sizes.Measured) -> None:
    rows = {row[0]: row[1] for row in sizes.thresholds(measured)}
    assert rows["Spark"] == "5.8·10⁸ events"
    rows = {row[0]: row[1] for row in sizes.thresholds(measured._replace(apart=200_000))}
    assert rows["Spark"] == "5.8·10⁹ events"
    assert rows["prune"] == "5·10⁸ events in PostgreSQL"


def test_what_a_start_takes_is_told_apart_from_what_an_event_takes() -> None:
    assert line([100, 900], [6.0, 14.0]) == (5.0, 0.01)


def test_nothing_takes_less_than_no_time() -> None:
    assert line([100, 900], [7.4, 7.2]) == (7.4, 0.0)


def test_an_engine_reaches_its_goal_where_events_outweigh_its_start() -> None:
    def engine(fixed: float, each: float) -> dict[str, dict[str, float]]:
        return {"fixed_s": {"processor": fixed}, "event_us": {"processor": each}}

    peer = engine(1, 40)
    assert spark.reached(engine(5, 45), peer) == "750,000"  # 38.75 s, and 0.8 of that is 31 s
    assert spark.reached(engine(1, 50 / 2), peer) == "0"
    assert spark.reached(engine(5, 51), peer) == "never"


def test_pruning_tells_its_start_apart_from_its_events() -> None:
    rounds = [prune.Pruned(1_000, 100, 2.0, 1.25), prune.Pruned(11_000, 1_100, 3.0, 1.75)]
    found = prune.figures(rounds)
    assert found["fixed_s"] == {"plan": 1.9, "cut": 1.2}
    assert found["event_us"] == {"plan": 100.0, "cut": 500.0}
    assert [*prune.table(found)][-1] == [
        "cut, s; an event that goes",
        "1.25",
        "1.75",
        "1.2",
        "500.0",
    ]


def test_a_page_says_what_it_computes_from_provisional_figures(
    measured: sizes.Measured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sizes, "FOLDER", tmp_path)
    (tmp_path / "spark.json").write_bytes(orjson.dumps({}))
    assert "provisional" not in sizes.limit(measured) + sizes.assumed()
    (tmp_path / "spark.json").write_bytes(orjson.dumps({"provisional": "the machine was busy."}))
    said = " Rebuilding on Spark has provisional figures: the machine was busy."
    assert sizes.limit(measured).endswith(said)
    assert sizes.assumed().endswith(said)


def test_spark_and_split_pay_from_sizes_of_their_own(measured: sizes.Measured) -> None:
    rows = {row[0]: row[1] for row in sizes.thresholds(measured)}
    assert rows["split"].startswith("5·10⁸ events")  # the disk
    small = measured._replace(database_bytes=400)
    rows = {row[0]: row[1] for row in sizes.thresholds(small)}
    assert (rows["Spark"], rows["split"][:6]) == ("5.8·10⁸ events", "1.2·10⁹ events"[:6])
    rows = {row[0]: row[1] for row in sizes.thresholds(small._replace(written=30_000))}
    assert (rows["Spark"], rows["split"][:6]) == ("5.8·10⁸ events", "8.6·10⁸ events"[:6])


def test_more_machines_bring_more_until_the_process_that_writes_is_busy(
    measured: sizes.Measured,
) -> None:
    assert [measured.on_spark(count) for count in (1, 2, 3)] == [20_000, 40_000, 40_000]
    rows = {row[0]: row[1:] for row in sizes.machines(measured)}
    assert rows["two processes, no Spark"][0] == "50.0 s"
    assert rows["Spark, 1 machine of 2 cores"][0] == "60.0 s"
    assert rows["Spark, 4 machines of 2 cores"][0] == "35.0 s"
    assert "So 4 cores keep it busy" in sizes.limit(measured)


def test_a_prefix_costs_a_look_at_all_and_a_cut_of_what_goes(measured: sizes.Measured) -> None:
    rows = {row[0]: row[1:] for row in sizes.one_ledger(measured)}
    assert rows["to prune half of it, once"][0] == "35 minutes"


def test_a_proof_has_as_many_hashes_as_the_table_says_at_most(tmp_path: Path) -> None:
    for size in (2, 255, 256, 300):
        folder = write_log(LogFolder(tmp_path / str(size)), entries(size), log_key())
        proofs = [prove(folder, position) for position in range(1, size + 1)]
        assert max(len(proof.hashes) for proof in proofs) == sizes.levels(size)
        assert max(len(encode_proof(proof)) for proof in proofs) <= sizes.proof_bytes(size)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (3.2, "3.2"),
        (32, "32"),
        (9_999, "9,999"),
        (10_000, "10⁴"),
        (5e9, "5·10⁹"),
        (4.56e8, "4.6·10⁸"),
        (9.99e9, "10¹⁰"),
    ],
)
def test_a_large_number_is_told_by_its_power_of_ten(number: float, text: str) -> None:
    assert sizes.power(number) == text


def test_a_benchmark_that_was_not_run_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sizes, "FOLDER", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"python -m bench\.projection"):
        sizes.measured()


def test_a_step_is_linked_once_it_has_a_guide_and_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sizes, "FOLDER", tmp_path)
    monkeypatch.setattr(sizes, "GUIDES", tmp_path)
    assert "Pruning is not there yet." in sizes.elsewhere()
    (tmp_path / "prune.md").touch()
    assert "[Pruning](prune.md) is not measured here yet." in sizes.elsewhere()
    (tmp_path / "prune.json").write_bytes(orjson.dumps({}))
    assert "[figures of its own](../explanation/performance.md#pruning)" in sizes.elsewhere()
