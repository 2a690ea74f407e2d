"""Every tutorial runs from top to bottom, is stored without outputs, and equals its readable pair."""

from __future__ import annotations

from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat", reason="needs nbformat")
jupytext = pytest.importorskip("jupytext", reason="needs jupytext")
nbclient = pytest.importorskip("nbclient", reason="needs nbclient")

FOLDER = Path(__file__).parents[2] / "notebooks"
TUTORIALS = sorted(FOLDER.glob("*.ipynb"))
SECONDS_FOR_A_CELL = 120


@pytest.fixture(params=TUTORIALS, ids=lambda path: path.stem)
def tutorial(request: pytest.FixtureRequest) -> Path:
    return request.param


def test_there_are_tutorials() -> None:
    assert TUTORIALS


def test_tutorial_is_stored_without_outputs(tutorial: Path) -> None:
    notebook = nbformat.read(tutorial, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [(cell.outputs, cell.execution_count) for cell in code] == [([], None)] * len(code)
    assert "widgets" not in notebook.metadata


def test_tutorial_equals_its_readable_pair(tutorial: Path) -> None:
    stored, pair = jupytext.read(tutorial), jupytext.read(tutorial.with_suffix(".py"))
    assert [(cell.cell_type, cell.source) for cell in stored.cells] == [
        (cell.cell_type, cell.source) for cell in pair.cells
    ]


def test_tutorial_runs_from_top_to_bottom(tutorial: Path, tmp_path: Path) -> None:
    notebook = nbformat.read(tutorial, as_version=4)
    client = nbclient.NotebookClient(
        notebook,
        timeout=SECONDS_FOR_A_CELL,
        kernel_name="python3",
        store_widget_state=False,
        resources={"metadata": {"path": str(tmp_path)}},
    )
    client.execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    shown = {mime for output in outputs for mime in output.get("data", {})}
    assert "image/svg+xml" in shown
    assert "application/vnd.plotly.v1+json" in shown
    assert not [output for output in outputs if output.output_type == "stream" and output.get("name") == "error"]
