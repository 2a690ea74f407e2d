"""``patchgrad.signal``: the place where PyTorch keeps windows."""

# Names are imported here to be found here.
# pyright: reportUnusedImport=false

from __future__ import annotations

from patchgrad.ops import windows

__all__ = ["windows"]
