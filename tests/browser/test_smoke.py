"""The stage on which the other browser tests play: JupyterLab, the kernel, the extension."""

from __future__ import annotations

from .conftest import OpenNotebook


def test_a_cell_runs_in_a_real_kernel_and_the_extension_is_enabled(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(["import patchgrad", "print(6 * 7)\npatchgrad.__name__"])
    notebook.run_all()
    assert notebook.text(1) == "42\n'patchgrad'"
    assert notebook.page.locator(".jp-OutputArea-output", has_text="42").is_visible()
    assert notebook.page.evaluate("() => jupyterapp.isPluginActivated('patchgrad-lab:palette')")
