"""Fixtures of the browser tests: one JupyterLab and one Chromium for all, a fresh page for each."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, sync_playwright

from .lab import ROOT, Lab, running_lab
from .notebook import NotebookPage

# The container's root cannot use Chromium's sandbox; the rest keeps the browser from calling home.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NAMES = ("chromium", "chromium-browser", "google-chrome")
SIZE = {"width": 1400, "height": 1000}

OpenNotebook = Callable[[Path | list[str]], NotebookPage]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    folder = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(folder):
            item.add_marker(pytest.mark.browser)


def chromium_path() -> str:
    """Skips where there is no Chromium; in CI that is a failure, or the tests would vanish unseen."""
    named = os.environ.get("PATCHGRAD_CHROMIUM")
    path = named or next(filter(None, map(shutil.which, NAMES)), None)
    if path:
        return path
    reason = "no Chromium on this machine: apt install chromium, or set PATCHGRAD_CHROMIUM"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    for product in ("package/patchgrad/static/widget.js", "extension/labextension/package.json"):
        assert (ROOT / product).exists(), f"{product} is not built: make {product}"
    with running_lab(tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture
def open_notebook(chromium: Browser, lab: Lab, request: pytest.FixtureRequest) -> Iterator[OpenNotebook]:
    """Opens a copy of a notebook's file, or a notebook made of code cells. No page may raise an error until the end."""
    with opening(chromium, lab, request.node.name) as open_one:
        yield open_one


@pytest.fixture(scope="module")
def open_shared_notebook(chromium: Browser, lab: Lab, request: pytest.FixtureRequest) -> Iterator[OpenNotebook]:
    """The same, for a page on which all tests of a file look: a page takes longer to open than most tests."""
    with opening(chromium, lab, request.node.name) as open_one:
        yield open_one


@contextmanager
def opening(chromium: Browser, lab: Lab, title: str) -> Generator[OpenNotebook]:
    pages: list[NotebookPage] = []
    name = re.sub(r"\W+", "-", title).strip("-")

    def open_one(source: Path | list[str]) -> NotebookPage:
        path = f"{name}-{len(pages)}.ipynb"
        write_notebook(source, lab.folder / path)
        page = chromium.new_context(viewport=SIZE).new_page()
        notebook = NotebookPage(page, lab, path, name)
        pages.append(notebook)
        notebook.open()
        return notebook

    yield open_one
    for notebook in pages:
        notebook.screenshot("end")
        notebook.shut_down_kernel()
        notebook.page.context.close()
    errors = [error for notebook in pages for error in notebook.errors]
    assert errors == []


def write_notebook(source: Path | list[str], target: Path) -> None:
    if isinstance(source, Path):
        shutil.copy(source, target)
        return
    cells = [nbformat.v4.new_code_cell(text) for text in source]
    kernel = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), target)
