"""Executors take Spark's modules from the installed package, where Python keeps them compiled."""

from pathlib import Path

import pytest

from archive.spark.daemon import unpacked

ARCHIVES = ["pyspark.zip", "py4j-0.10-src.zip"]


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Where a package is installed that looks like PySpark."""
    (tmp_path / "pyspark").mkdir()
    (tmp_path / "pyspark" / "__init__.py").touch()
    return tmp_path


def test_archives_of_the_installed_package_are_left_out(installed: Path) -> None:
    archives = [str(installed / "pyspark" / "python" / "lib" / name) for name in ARCHIVES]
    others = ["", "/usr/lib/python311.zip", str(installed)]
    assert unpacked([*archives, *others]) == others


def test_archives_of_another_spark_stay(installed: Path, tmp_path: Path) -> None:
    path = [str(tmp_path / "spark" / "python" / "lib" / name) for name in ARCHIVES]
    path.append(str(installed))
    assert unpacked(path) == path


def test_archives_stay_where_nothing_is_installed(tmp_path: Path) -> None:
    path = [str(tmp_path / "pyspark" / "python" / "lib" / name) for name in ARCHIVES]
    assert unpacked(path) == path
