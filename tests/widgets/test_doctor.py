"""The report says what is there, and what is wrong with its cure."""

from __future__ import annotations

import sys
from importlib import metadata
from importlib.util import find_spec

import numpy as np
import pytest

import patchgrad as pg
from patchgrad.widgets import doctor


def test_a_sound_installation_passes_and_its_report_can_be_copied():
    pg.manual_seed(3)
    want = pg.rand(4).tolist()
    pg.manual_seed(3)
    report = pg.doctor()
    assert set(report.tests.values()) == {"passed"}
    assert report.installed["numpy"] == np.__version__
    assert report.installed["Python"].startswith(sys.version.split()[0])
    assert report.in_force["messages"] == "not in a notebook"
    text = str(report)
    assert all(name in text for name in (*report.installed, *report.in_force, *report.tests))
    assert pg.rand(4).tolist() == want


def test_what_is_missing_is_named_with_its_cure(monkeypatch):
    def version(name: str) -> str:
        if name in ("msgspec", "onnx"):
            raise metadata.PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr(metadata, "version", version)
    report = pg.doctor()
    assert "msgspec is missing: pip install msgspec" in report.problems
    assert "patchgrad[onnx]" in report.installed["onnx"]
    assert "  ! msgspec is missing" in str(report)


def test_a_second_version_is_told(monkeypatch):
    class Other:
        version = "0.0.1"

    monkeypatch.setattr(metadata, "distributions", lambda **_: [Other()])
    assert any("0.0.1 is installed" in problem and "uninstall" in problem for problem in pg.doctor().problems)


def test_a_test_that_fails_is_a_problem_and_not_an_error(monkeypatch):
    def broken() -> None:
        raise ValueError("no\nmore")

    monkeypatch.setitem(doctor.TESTS, "files", broken)
    report = pg.doctor()
    assert report.tests["files"] == "ValueError: no"
    assert any("files fails: ValueError: no" in problem for problem in report.problems)


def test_the_kernels_in_force_are_told(monkeypatch):
    monkeypatch.setenv("PATCHGRAD_KERNELS", "off")
    assert "PATCHGRAD_KERNELS is off" in pg.doctor().in_force["kernels"]
    monkeypatch.delenv("PATCHGRAD_KERNELS")
    monkeypatch.setattr(doctor, "find_spec", lambda name: None)
    assert "llvmlite" in doctor.doctor().in_force["kernels"]
    assert find_spec("numpy") is not None


@pytest.mark.parametrize("place", ["static"])
def test_a_front_end_that_is_not_built_is_told(monkeypatch, tmp_path, place):
    monkeypatch.setattr(doctor, "__file__", str(tmp_path / "widgets" / "doctor.py"))
    assert any("not built" in problem for problem in pg.doctor().problems)
    (tmp_path / place).mkdir()
    (tmp_path / place / "widget.js").touch()
    assert not any("not built" in problem for problem in pg.doctor().problems)
