"""The Python array API (2025.12) over tensors: what ``Tensor.__array_namespace__()`` gives.

Names, signatures, dtypes and special cases are the standard's, not PyTorch's: ``std`` divides by n, a tensor without
axes promotes like any other, sums of unsigned integers stay unsigned. Gradient rules are written against it: with
``create_graph=True`` they run on these functions. Libraries that dispatch on it (SciPy, scikit-learn) take tensors.

Read next: ``calls.py``. The standard: https://data-apis.org/array-api/2025.12/
"""

# Names are imported here to be found here.
# pyright: reportUnusedImport=false

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from patchgrad.array_api import (
    creation,
    data_types,
    elementwise,
    fft,
    linalg,
    linear,
    manipulation,
    searching,
    statistical,
)
from patchgrad.array_api.creation import *
from patchgrad.array_api.data_types import *
from patchgrad.array_api.elementwise import *
from patchgrad.array_api.info import __array_namespace_info__
from patchgrad.array_api.linear import *
from patchgrad.array_api.manipulation import *
from patchgrad.array_api.searching import *
from patchgrad.array_api.statistical import *
from patchgrad.autograd.op import find
from patchgrad.tensor import apply
from patchgrad.version import __version__

__array_api_version__ = "2025.12"
VERSIONS = ("2021.12", "2022.12", "2023.12", "2024.12", "2025.12")
"""Each holds what the one before it held."""
__all__ = ["__array_api_version__", "__array_namespace_info__", "__version__", "fft", "linalg"]
__all__ += creation.__all__
__all__ += data_types.__all__
__all__ += elementwise.__all__
__all__ += linear.__all__
__all__ += manipulation.__all__
__all__ += searching.__all__
__all__ += statistical.__all__


class Operations:
    """Ops as functions of tensors, by name: what gradient rules call ``xp.ops``."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        bound = partial(apply, find(name))
        setattr(self, name, bound)
        return bound


ops = Operations()
