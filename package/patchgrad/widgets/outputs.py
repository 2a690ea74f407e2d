"""Outputs of cells that can be changed afterwards, for figures that are live now and plain when they rest."""

from __future__ import annotations

from typing import Any

from patchgrad.plots.live import use_output


def show_output(bundle: dict[str, Any], name: str | None) -> str | None:
    """Show a bundle of MIME types as output of the running cell; or, with a ``name``, change that output.

    Returns the output's name; None where there is no notebook.
    """
    from IPython.core.getipython import get_ipython
    from IPython.display import display, update_display

    if get_ipython() is None:
        return None
    if name is not None:
        update_display(bundle, display_id=name, raw=True)
        return name
    shown = display(bundle, raw=True, display_id=True)
    return shown.display_id if shown is not None else None


use_output(show_output)
