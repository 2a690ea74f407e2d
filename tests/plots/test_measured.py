"""A figure of any quantity, and figures as files."""

from __future__ import annotations

import csv
import os
import shutil
from pathlib import Path

import pytest

import patchgrad as pg

from .sources import put, recorded


def test_a_quantity_has_a_line_for_each_layer_and_its_question_as_title() -> None:
    given = recorded()
    for layer in range(3):
        put(given.recorder, "saturation", str(layer), 0, 0.1 * layer)
    made = pg.plots.measured(given, "saturation")
    assert made.layout.title.text == "How many units are saturated?"
    assert [line.name for line in made.data] == ["0 Linear", "1 Linear", "2 Linear"]
    assert made.layout.yaxis.type is None


def test_numbers_over_decades_get_a_logarithmic_axis() -> None:
    made = pg.plots.measured(recorded(), "gradient_norm", over="layer")
    assert list(made.data[0].y) == pytest.approx([4.0, 0.4, 0.04])
    assert made.layout.yaxis.type is None
    assert pg.plots.measured(recorded(5), "gradient_norm", over="layer").layout.yaxis.type == "log"


def test_two_hundred_layers_are_readable() -> None:
    deep = recorded(depth=200)
    flow = pg.plots.measured(deep, "activation_std", over="layer")
    assert len(flow.layout.xaxis.ticktext) <= 40
    assert not any(line.showlegend for line in pg.plots.measured(deep, "activation_std").data)


def test_an_unknown_quantity_is_refused_with_those_there_are() -> None:
    with pytest.raises(pg.errors.ArgumentError, match="no quantity 'weather'") as error:
        pg.plots.measured(recorded(), "weather")
    assert "saturation" in error.value.want


def test_points_are_written_as_rows(tmp_path: Path) -> None:
    file = pg.plots.export(pg.plots.update_ratio(recorded(2)), tmp_path / "ratio.csv")
    rows = list(csv.reader(file.read_text().splitlines()))
    assert rows[:2] == [["trace", "x", "y"], ["0 Linear", "0", "0.001"]]
    assert len(rows) == 9
    cells = pg.plots.export(pg.plots.histogram_over_time(recorded(), "0"), tmp_path / "cells.csv")
    assert list(csv.reader(cells.read_text().splitlines()))[1] == ["0", "0", "0.375"]


def test_a_page_stands_alone(tmp_path: Path) -> None:
    text = pg.plots.export(pg.plots.loss(recorded()), tmp_path / "loss.html").read_text()
    assert "Does the network learn?" in text
    assert 'src="https://' not in text


def test_a_figure_is_written_as_a_picture_where_kaleido_and_a_chrome_are(tmp_path: Path) -> None:
    pytest.importorskip("kaleido", reason="pictures of plots need kaleido")
    if not (os.environ.get("BROWSER_PATH") or shutil.which("chromium") or shutil.which("google-chrome")):
        pytest.skip("pictures of plots need a Chrome")
    assert pg.plots.export(pg.plots.loss(recorded()), tmp_path / "loss.png").read_bytes().startswith(b"\x89PNG")
    assert "Does the network learn?" in pg.plots.export(pg.plots.loss(recorded()), tmp_path / "loss.svg").read_text()


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(pg.errors.ArgumentError, match="cannot be written"):
        pg.plots.export(pg.plots.loss(recorded()), tmp_path / "loss.doc")
