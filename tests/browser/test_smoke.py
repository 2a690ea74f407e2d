"""The stage on which the other browser tests play: JupyterLab, the kernel, the extension, the themes."""

from __future__ import annotations

from .conftest import OpenNotebook


def test_a_cell_runs_in_a_real_kernel_and_its_output_is_seen(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(["import patchgrad", "print(6 * 7)\npatchgrad.__name__"])
    notebook.run_all()
    assert notebook.text(1) == "42\n'patchgrad'"
    assert notebook.page.evaluate("() => jupyterapp.isPluginActivated('patchgrad-lab:palette')")
    assert notebook.page.locator(".jp-OutputArea-output", has_text="42").is_visible()


def test_the_page_can_be_dark_and_survives_a_reload(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(["x = 1\nx", "x + 1"])
    notebook.use_theme("dark")
    notebook.run(0)
    notebook.save()
    notebook.reload()
    notebook.run(1)
    assert (notebook.text(0), notebook.text(1)) == ("1", "2")
