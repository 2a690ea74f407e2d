"""The script that runs the suite of data-apis does so on a checkout, and tells what is new from what is known."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from textwrap import dedent

import pytest

from . import suite

OPTIONS = """
    def pytest_addoption(parser):
        parser.addoption("--max-examples")
        parser.addoption("--disable-deadline", action="store_true")
"""
TESTS = """
    import os
    from importlib import import_module
    import pytest

    xp = import_module(os.environ["ARRAY_API_TESTS_MODULE"])

    @pytest.mark.parametrize("name", ["add", "nothing", "subtract"])
    def test_has(name):
        assert hasattr(xp, name)

    def test_version(request):
        assert os.environ["ARRAY_API_TESTS_VERSION"] == "2024.12"
        assert request.config.getoption("--max-examples") == "3"

    @pytest.mark.skip
    def test_later():
        pass
"""
MISSING = "array_api_tests/test_names.py::test_has[nothing]"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository in the form of the suite, with four tests."""
    folder = tmp_path / "checkout"
    (folder / "array_api_tests").mkdir(parents=True)
    (folder / "conftest.py").write_text(dedent(OPTIONS))
    (folder / "array_api_tests" / "test_names.py").write_text(dedent(TESTS))
    git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "tests"]):
        subprocess.run([*git, *words], check=True)
    return folder


def test_the_suite_runs_and_a_failure_is_new_or_known(checkout, tmp_path, capsys):
    known, report = tmp_path / "known.txt", tmp_path / "report.json"
    known.write_text("# a remark\n\narray_api_tests/test_names.py::test_has[add]  not yet\n")
    options = [str(checkout), "--examples", "3", "--any-commit", "--known", str(known), "--report", str(report)]
    assert suite.main(options) == 1
    said = capsys.readouterr().out
    assert f"fails, and is not known to: {MISSING}" in said
    assert "is known to fail, and did not: array_api_tests/test_names.py::test_has[add]" in said
    figures = json.loads(report.read_text())
    assert (figures["passed"], figures["failed"], figures["skipped"]) == (3, 1, 1)
    assert figures["failures"] == [MISSING]
    outcome = suite.Outcome({MISSING: "failed"})
    assert suite.compared(outcome, {MISSING: "the standard has no such function"}) == ([], [])


def test_another_commit_and_another_folder_are_refused(checkout, tmp_path):
    with pytest.raises(SystemExit, match=suite.COMMIT):
        suite.main([str(checkout)])
    with pytest.raises(SystemExit, match="no git checkout"):
        suite.main([str(tmp_path)])


def test_each_known_failure_has_a_reason():
    assert all(test.startswith("array_api_tests/") and reason for test, reason in suite.known().items())
