"""The tutorials as pages, text and code; where ``PATCHGRAD_DOCS_RUN`` is set they are run, and pictures stand below.

``PATCHGRAD_BINDER=gh/<owner>/<name>/<branch>`` puts a badge on each that opens it there.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nbformat

BAR = "0%|"
"""How a progress bar begins, which a page cannot move."""
LIBRARY = "plotly.min.js"
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
HEAD = """# Tutorials

Each is a notebook with one question, with things to do by hand in the studio, and a check at the end.
`make lab NOTEBOOK=notebooks/03_images.ipynb` opens one.

```{toctree}
:maxdepth: 1

"""


def write(folder: Path) -> None:
    """Write every page that is not as it should be."""
    folder.mkdir(exist_ok=True)
    paths = sorted(NOTEBOOKS.glob("*.ipynb"))
    texts = {"index": HEAD + "\n".join(path.stem for path in paths) + "\n```\n"}
    texts |= {path.stem: _page(path, folder) for path in paths}
    for page in folder.glob("*.md"):
        if page.stem not in texts:
            page.unlink()
    for name, text in texts.items():
        page = folder / f"{name}.md"
        if not page.exists() or page.read_text() != text:
            page.write_text(text)


def _page(path: Path, folder: Path) -> str:
    notebook: Any = nbformat.read(path, as_version=4)
    if os.environ.get("PATCHGRAD_DOCS_RUN"):
        from nbclient import NotebookClient

        NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
    parts: list[str] = []
    for number, cell in enumerate(notebook.cells):
        if number == 1:
            parts += _badges(path)
        if cell.cell_type == "markdown":
            parts.append(cell.source)
        elif cell.cell_type == "code":
            parts.append(f"```python\n{cell.source}\n```")
            shown = [_shown(output, folder, f"{path.stem}-{number}-{k}") for k, output in enumerate(cell.outputs)]
            parts += [text for text in shown if text]
    return "\n\n".join(parts) + "\n"


def _badges(path: Path) -> list[str]:
    """One that starts straight in the tutorial, where it is known where the repository lies."""
    place = os.environ.get("PATCHGRAD_BINDER")
    link = f"https://mybinder.org/v2/{place}?urlpath=lab/tree/notebooks/{path.name}"
    return [f"[![Open in Binder](https://mybinder.org/badge_logo.svg)]({link})"] if place else []


def _shown(output: Any, folder: Path, name: str) -> str:
    """The static form of an output: a picture as a file, else its text."""
    if output.output_type == "stream":
        return f"```text\n{output.text.rstrip()}\n```" if output.name == "stdout" else ""
    data = output.get("data", {})
    if "image/svg+xml" in data:
        (folder / f"{name}.svg").write_text(data["image/svg+xml"])
        return f"![]({name}.svg)"
    if "image/png" in data:
        import base64

        (folder / f"{name}.png").write_bytes(base64.b64decode(data["image/png"]))
        return f"![]({name}.png)"
    if "application/vnd.plotly.v1+json" in data:
        return _figure(data["application/vnd.plotly.v1+json"])
    text = data.get("text/plain", "")
    return f"```text\n{text}\n```" if text and not text.lstrip().startswith(BAR) else ""


def _figure(data: Any) -> str:
    """A live Plotly figure."""
    import plotly.graph_objects as go

    figure = go.Figure({"data": data["data"], "layout": data["layout"]})
    html = figure.to_html(full_html=False, include_plotlyjs=LIBRARY, default_height="420px")
    return f"```{{raw}} html\n{html}\n```"


def bring_library(app: Any, problem: Exception | None) -> None:
    """Put Plotly's library once beside the pages that have figures."""
    pages = Path(app.outdir) / "tutorials" / "made"
    if problem is None and any(LIBRARY in page.read_text(encoding="utf-8") for page in pages.glob("*.html")):
        from plotly.offline import get_plotlyjs

        (pages / LIBRARY).write_text(get_plotlyjs(), encoding="utf-8")
