"""Each plot as a plain figure from fixed series."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import patchgrad as pg
from patchgrad.backend import host
from patchgrad.plots import figure as figure_file
from patchgrad.plots.loss import smooth
from patchgrad.recorder import Recorder

from .sources import put, recorded

PLOTS: dict[str, Callable[..., Any]] = {
    "Does the network learn?": pg.plots.loss,
    "Does the gradient reach the first layer?": pg.plots.gradient_flow,
    "Do the activations keep their scale over depth?": pg.plots.activation_scale,
    "Are the steps of the right size?": pg.plots.update_ratio,
    "How are the activations of 0 Linear distributed?": lambda given: pg.plots.histogram_over_time(given, "0"),
}


def numbers(values: Any) -> list[Any]:
    return [value if value is None else float(value) for value in values]


@pytest.mark.parametrize(("question", "plot"), PLOTS.items(), ids=lambda entry: getattr(entry, "__name__", ""))
def test_the_title_of_a_plot_is_its_question(question: str, plot: Callable[..., Any]) -> None:
    assert plot(recorded()).layout.title.text == question


def test_the_loss_has_a_numbered_flag_at_each_applied_edit() -> None:
    made = pg.plots.loss(recorded())
    assert numbers(made.data[0].y) == pytest.approx([1.0, 0.5, 1 / 3, 0.25])
    assert [(note.text, note.x, note.hovertext) for note in made.layout.annotations] == [("1", 2, "insert Dropout")]
    assert [(shape.x0, shape.x1) for shape in made.layout.shapes] == [(2, 2)]


def test_gradient_flow_shows_the_newest_and_the_first_by_depth() -> None:
    made = pg.plots.gradient_flow(recorded())
    first, now = made.data
    assert numbers(first.y) == pytest.approx([1.0, 0.1, 0.01])
    assert numbers(now.y) == pytest.approx([4.0, 0.4, 0.04])
    assert made.layout.yaxis.type == "log"
    assert list(made.layout.xaxis.ticktext) == ["0 Linear", "1 Linear", "2 Linear"]


def test_activation_scale_shows_mean_and_spread() -> None:
    low, high, mean = pg.plots.activation_scale(recorded()).data
    assert numbers(mean.y) == [0.5, 0.5, 0.5]
    assert numbers(high.y) == [1.5, 2.5, 3.5]
    assert numbers(low.y) == [-0.5, -1.5, -2.5]


def test_update_ratio_has_a_line_for_each_layer_and_the_healthy_band() -> None:
    made = pg.plots.update_ratio(recorded())
    assert [line.name for line in made.data] == ["0 Linear", "1 Linear", "2 Linear"]
    assert numbers(made.data[0].y) == [1e-3] * 4
    assert (made.layout.shapes[0].y0, made.layout.shapes[0].y1) == (1e-4, 1e-2)


def test_the_histogram_shows_shares_of_all_numbers_and_of_what_is_zero_nothing() -> None:
    made = pg.plots.histogram_over_time(recorded(), "1 Linear").data[0]
    assert numbers(made.y) == [0, 1]
    assert numbers(made.z[0]) == [3 / 8] * 4
    assert numbers(made.z[1]) == [1 / 8] * 4


def test_sixty_layers_are_readable() -> None:
    deep = recorded(depth=60)
    flow, ratio = pg.plots.gradient_flow(deep), pg.plots.update_ratio(deep)
    assert len(flow.data[1].x) == 60
    assert len(flow.layout.xaxis.ticktext) <= 40
    assert flow.layout.yaxis.dtick >= 8
    assert not any(line.showlegend for line in ratio.data)
    assert len({line.line.color for line in ratio.data}) == 60


def test_what_is_not_finite_leaves_a_gap() -> None:
    given = recorded()
    put(given.recorder, "loss", "", 9, float("nan"))
    assert numbers(pg.plots.loss(given).data[0].y)[-1] is None


@pytest.mark.parametrize(
    "plot", [pg.plots.loss, pg.plots.gradient_flow, pg.plots.activation_scale, pg.plots.update_ratio]
)
def test_nothing_measured_yet_is_said(plot: Callable[..., Any]) -> None:
    made = plot(Recorder(pg.nn.Linear(2, 2)))
    assert "nothing measured yet" in [note.text for note in made.layout.annotations]


def test_an_unknown_layer_is_an_error_that_lists_the_layers() -> None:
    with pytest.raises(pg.errors.ArgumentError, match="no layer 'fc9'") as error:
        pg.plots.histogram_over_time(recorded(), "fc9")
    assert "0 Linear" in error.value.want


def test_what_cannot_be_plotted_is_refused() -> None:
    with pytest.raises(pg.errors.ArgumentError, match="nothing to plot"):
        pg.plots.loss(3)


def test_without_plotly_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise ImportError(f"No module named {name!r}")

    monkeypatch.setattr(figure_file, "import_module", missing)
    with pytest.raises(pg.errors.ArgumentError) as error:
        pg.plots.loss(recorded())
    assert "pip install plotly" in error.value.hint


def test_the_smooth_line_starts_at_the_first_value_and_passes_over_gaps() -> None:
    assert smooth(host.array([4.0, 4.0, 4.0])).tolist() == pytest.approx([4.0, 4.0, 4.0])
    assert smooth(host.array([2.0, host.nan])).tolist() == pytest.approx([2.0, 2.0])
