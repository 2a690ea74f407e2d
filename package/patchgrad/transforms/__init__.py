"""Functions of functions: gradients, products with Jacobians, batches.

``traced.py`` first (a function that ran on its own part of the tape), then ``reverse.py`` and ``forward.py``.
"""

from patchgrad.transforms.gradients import grad

__all__ = ["grad"]
