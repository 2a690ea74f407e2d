"""A closer look on request: one pass over a model and some data, and a Plotly figure titled by its question.

``pg.look.confusion(model, loader)``. The model runs in evaluation mode without a tape (but for ``saliency``) and
is afterwards as it was. Read next: ``passes.py`` (what runs), ``maps.py``, ``examples.py``.
"""

from __future__ import annotations

from patchgrad.look.examples import confusion, embedding, samples
from patchgrad.look.maps import attention, feature_maps, filters, saliency

__all__ = ["attention", "confusion", "embedding", "feature_maps", "filters", "saliency", "samples"]
