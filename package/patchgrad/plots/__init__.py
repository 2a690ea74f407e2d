"""Plots as Plotly figures, one file each; each answers the question that is its title.

``pg.plots.gradient_flow(session)`` gives a figure; ``live=True`` one that follows the training.
A session, a watch or a recorder can be plotted. Read next: ``look.py``, ``live.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from patchgrad.plots.activation_scale import activation_scale as _activation_scale
from patchgrad.plots.branches import branches as _branches
from patchgrad.plots.export import export
from patchgrad.plots.figure import figure as _figure
from patchgrad.plots.figure import plotly as _plotly
from patchgrad.plots.gradient_flow import gradient_flow as _gradient_flow
from patchgrad.plots.histogram_over_time import Kind
from patchgrad.plots.histogram_over_time import histogram_over_time as _histogram_over_time
from patchgrad.plots.loss import loss as _loss
from patchgrad.plots.measured import Axis
from patchgrad.plots.measured import measured as _measured
from patchgrad.plots.update_ratio import update_ratio as _update_ratio

__all__ = [
    "activation_scale",
    "branches",
    "export",
    "gradient_flow",
    "histogram_over_time",
    "loss",
    "measured",
    "update_ratio",
]


def loss(session: Any, *, live: bool = False) -> Any:
    """Does the network learn? The loss of every step, with a numbered flag at every edit."""
    return _figure(_loss, session, live=live)


def branches(session: Any) -> Any:
    """Which branch learns better? The loss of every branch of a session, or of recorders by name."""
    recorders = session if isinstance(session, Mapping) else {b.name: b.recorder for b in session.branches}
    return _plotly().Figure(_branches(recorders))


def gradient_flow(session: Any, *, live: bool = False) -> Any:
    """Does the gradient reach the first layer? Root mean square of each layer's gradient, over depth."""
    return _figure(_gradient_flow, session, live=live)


def activation_scale(session: Any, *, live: bool = False) -> Any:
    """Do the activations keep their scale over depth? Mean and deviation of each layer's output."""
    return _figure(_activation_scale, session, live=live)


def update_ratio(session: Any, *, live: bool = False) -> Any:
    """Are the steps of the right size? Change of the weights as a share of the weights, by layer."""
    return _figure(_update_ratio, session, live=live)


def measured(session: Any, quantity: str, over: Axis = "step", *, live: bool = False) -> Any:
    """Any quantity of single numbers, titled by its question: ``measured(view, "saturation")``.

    Parameters
        quantity  its name, one of `patchgrad.recorder.QUANTITIES`, of your own too
        over      "step": a line for each layer, op or part; "layer": the newest values by depth
    Errors
        ArgumentError  if there is no such quantity.
    """
    return _figure(partial(_measured, name=quantity, over=over), session, live=live)


def histogram_over_time(session: Any, layer: str, kind: Kind = "activation", *, live: bool = False) -> Any:
    """How are the numbers of a layer distributed over the powers of two, and does that change?

    Parameters
        layer  its name or uid
        kind   "activation" or "gradient"
    """
    return _figure(partial(_histogram_over_time, layer=layer, kind=kind), session, live=live)
