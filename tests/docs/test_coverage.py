"""Every name and parameter of PyTorch's is here, or a written reason says why not; no reason outlives its name."""

from __future__ import annotations

import sys
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="module")
def compare():
    """The module that holds PyTorch's names against patchgrad's."""
    folder = str(Path(__file__).parents[2] / "docs")
    sys.path.insert(0, folder)
    try:
        from pytorch import compare

        yield compare
    finally:
        sys.path.remove(folder)


def _stale(patterns: list[str], wanted: list[str]) -> list[str]:
    return [pattern for pattern in patterns if not any(fnmatchcase(name, pattern) for name in wanted)]


def test_every_name_that_is_missing_has_a_reason(compare: Any):
    assert [row.path for row in compare.rows() if not row.there and not row.why] == []


def test_every_parameter_that_is_not_taken_has_a_reason(compare: Any):
    found = {row.path: compare.unexplained(row) for row in compare.rows()}
    assert {path: names for path, names in found.items() if names} == {}


def test_no_reason_outlives_what_it_explains(compare: Any):
    rows = compare.rows()
    missing = [row.path for row in rows if not row.there]
    left_out = [f"{row.path}: {name}" for row in rows for name in row.left_out]
    assert _stale([pattern for pattern, _ in compare.reasons()], missing) == []
    assert _stale([pattern for pattern, _ in compare.parameter_reasons()], left_out) == []


def test_a_list_without_reasons_would_be_seen(compare: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(compare, "reasons", lambda: [("torch.relu", "it is here")])
    assert len([row for row in compare.rows() if not row.there and not row.why]) > 100
    with pytest.raises(AssertionError):
        test_no_reason_outlives_what_it_explains(compare)
