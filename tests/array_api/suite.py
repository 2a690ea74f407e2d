"""Runs the array-API test suite of data-apis against ``patchgrad.array_api`` and compares with what is known to fail.

The suite is on no package index. Get it at the commit below, with its submodule and what its requirements.txt names:

    python -m tests.array_api.suite FOLDER [--examples 10] [--report FILE]

Known failures stand in ``known.txt``, each with its reason. The exit status is 1 if a test fails that is not among
them. Ten examples do not always find a failure: that a known one was not seen is said, and no more.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

HERE = Path(__file__).parent
KNOWN = HERE / "known.txt"
COMMIT = "019e060f003acfa2eec33761f0e948c937633443"
"""The commit that the list of known failures was written for."""
STANDARD = "2024.12"


@dataclass(frozen=True)
class Outcome:
    """What became of each test: "passed", "failed" or "skipped"."""

    tests: dict[str, str]

    def failed(self) -> set[str]:
        return {test for test, outcome in self.tests.items() if outcome == "failed"}

    def counts(self) -> dict[str, int]:
        found = Counter(self.tests.values())
        return {name: found[name] for name in ("passed", "failed", "skipped")}


def known(path: Path = KNOWN) -> dict[str, str]:
    """Ids of tests, with the reason why each fails."""
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    found = dict(line.split("  ", 1) for line in lines)
    return {test: reason.strip() for test, reason in found.items()}


def commit_of(folder: Path) -> str:
    """The commit that a folder is a checkout of."""
    found = subprocess.run(["git", "-C", str(folder), "rev-parse", "HEAD"], capture_output=True, text=True)
    if found.returncode:
        raise SystemExit(f"{folder} is no git checkout: {found.stderr.strip()}")
    return found.stdout.strip()


def run(folder: Path, examples: int, standard: str = STANDARD) -> Outcome:
    """The suite, in a process of its own."""
    settings = {"ARRAY_API_TESTS_MODULE": "patchgrad.array_api", "ARRAY_API_TESTS_VERSION": standard}
    paths = [str(HERE.parents[1] / "package"), os.environ.get("PYTHONPATH", "")]
    with tempfile.TemporaryDirectory() as made:
        report = Path(made, "report.xml")
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--tb=no",
            "-p",
            "no:cacheprovider",
            "--rootdir=.",
            f"--junitxml={report}",
        ]
        ended = subprocess.run(
            [*command, f"--max-examples={examples}", "--disable-deadline", "array_api_tests"],
            cwd=folder,
            env={**os.environ, **settings, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        )
        if not report.exists():
            hint = f"pip install -r {folder}/requirements.txt"
            raise SystemExit(f"the suite did not run: pytest ended with {ended.returncode}. Perhaps: {hint}")
        return read(report)


def read(report: Path) -> Outcome:
    """The outcome of each test in a report of pytest's, under the id that pytest calls it by."""
    found: dict[str, str] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        test = f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}"
        words = {part.tag for part in case}
        found[test] = "failed" if words & {"failure", "error"} else "skipped" if "skipped" in words else "passed"
    return Outcome(found)


def compared(outcome: Outcome, expected: dict[str, str]) -> tuple[list[str], list[str]]:
    """Tests that fail and are not known to, and tests that are known to fail and did not."""
    failed = outcome.failed()
    return sorted(failed - expected.keys()), sorted(expected.keys() - failed)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--examples", type=int, default=10)
    parser.add_argument("--standard", default=STANDARD)
    parser.add_argument("--any-commit", action="store_true", help="run another commit than the pinned one")
    parser.add_argument("--known", type=Path, default=KNOWN)
    parser.add_argument("--report", type=Path, help="where to write the figures, as JSON")
    given = parser.parse_args(arguments)
    commit = commit_of(given.folder)
    if commit != COMMIT and not given.any_commit:
        raise SystemExit(f"{given.folder} is at {commit}; wanted {COMMIT} (git checkout it, or --any-commit)")
    outcome = run(given.folder, given.examples, given.standard)
    new, unseen = compared(outcome, known(given.known))
    figures = {"commit": commit, "standard": given.standard, "examples": given.examples, **outcome.counts()}
    for said, tests in (("fails, and is not known to", new), ("is known to fail, and did not", unseen)):
        print(*(f"{said}: {test}" for test in tests), sep="\n")
    print(json.dumps(figures))
    if given.report:
        given.report.write_text(json.dumps({**figures, "failures": sorted(outcome.failed())}, indent=1) + "\n")
    return bool(new)


if __name__ == "__main__":
    sys.exit(main())
