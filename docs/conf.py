"""Settings of the documentation, and the pages that are made from the code before it is built."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "package"), str(HERE.parent), str(HERE)]

from patchgrad.version import __version__ as release  # noqa: E402

project = "patchgrad"
extensions = ["myst_parser", "mathml"]
html_math_renderer = "mathml"
myst_enable_extensions = ["dollarmath", "deflist", "colon_fence"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "pictures"]
html_theme = "furo"
html_title = f"patchgrad {release}"
html_show_sourcelink = False
suppress_warnings = ["myst.header"]


def setup(app: Any) -> None:
    from errors import pages as error_pages
    from keyboard import page as keyboard
    from pytorch import compare, page
    from reachable import mend
    from reference import pages
    from tutorials import pages as tutorials

    def make(app: Any) -> None:
        pages.write(HERE / "reference" / "made")
        tutorials.write(HERE / "tutorials" / "made")
        keyboard.write(HERE / "keyboard-map.md")
        error_pages.write(HERE / "errors" / "made")
        page.write(HERE / "coming-from-pytorch.md", compare.version())

    app.connect("builder-inited", make)
    app.connect("build-finished", tutorials.bring_library)
    app.connect("build-finished", mend)
