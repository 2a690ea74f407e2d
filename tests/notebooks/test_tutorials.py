"""Every tutorial runs from top to bottom, is stored without outputs, and equals its readable pair."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat", reason="needs nbformat")
jupytext = pytest.importorskip("jupytext", reason="needs jupytext")
nbclient = pytest.importorskip("nbclient", reason="needs nbclient")

ROOT = Path(__file__).parents[2]
TUTORIALS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SECONDS_FOR_A_CELL = 120
SHARE = "0.02"
"""Of the steps that a tutorial trains: enough to run every cell."""
PICTURES = {"image/svg+xml", "image/png", "application/vnd.plotly.v1+json"}


@pytest.fixture(params=TUTORIALS, ids=lambda path: path.stem)
def tutorial(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture(scope="module")
def environment() -> Iterator[None]:
    """No tutorial fetches anything; real data are used where they lie."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATCHGRAD_OFFLINE", "1")
        patch.setenv("PATCHGRAD_DATA", os.environ.get("PATCHGRAD_DATA") or str(ROOT.parent / "shared" / "data"))
        yield


@pytest.fixture(scope="module")
def kernel(environment: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One kernel for all tutorials of this process: it starts once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATCHGRAD_TUTORIAL", SHARE)
        client = nbclient.NotebookClient(
            nbformat.v4.new_notebook(), **settings(tmp_path_factory.mktemp("notebooks"))
        )
        with client.setup_kernel():
            yield client


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


def test_tutorial_asks_its_reader_something(tutorial: Path) -> None:
    text = tutorial.with_suffix(".py").read_text()
    assert "The question of this notebook" in text
    assert "by hand" in text
    assert "Check yourself" in text


def settings(folder: Path) -> dict[str, Any]:
    return {
        "timeout": SECONDS_FOR_A_CELL,
        "kernel_name": "python3",
        "store_widget_state": False,
        "resources": {"metadata": {"path": str(folder)}},
    }


def check(notebook: Any) -> None:
    """It shows a picture where no widget runs, and nothing went to the stream of errors."""
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    shown = {mime for output in outputs for mime in output.get("data", {})}
    assert shown & PICTURES
    complaints = [output.text for output in outputs if output.output_type == "stream" and output.name == "stderr"]
    assert not [text for text in complaints if "step" not in text and "B/s" not in text], complaints


def test_tutorial_runs_from_top_to_bottom(tutorial: Path, kernel: Any) -> None:
    kernel.nb = nbformat.read(tutorial, as_version=4)
    kernel.nb.cells.insert(0, nbformat.v4.new_code_cell("%reset -f"))
    kernel.reset_execution_trackers()
    for number, cell in enumerate(kernel.nb.cells):
        kernel.execute_cell(cell, number)
    check(kernel.nb)


@pytest.mark.slow
def test_tutorial_runs_in_full_in_a_kernel_of_its_own(tutorial: Path, environment: None, tmp_path: Path) -> None:
    notebook = nbformat.read(tutorial, as_version=4)
    nbclient.NotebookClient(notebook, **settings(tmp_path)).execute()
    check(notebook)
