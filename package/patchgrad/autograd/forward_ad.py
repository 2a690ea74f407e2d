"""PyTorch's place for forward mode tensor by tensor; see ``transforms/dual.py``."""

from typing import TYPE_CHECKING

from patchgrad.lazy import attach

if TYPE_CHECKING:
    from patchgrad.transforms.dual import (
        UnpackedDualTensor,
        dual_level,
        enter_dual_level,
        exit_dual_level,
        make_dual,
        unpack_dual,
    )

__all__ = ["UnpackedDualTensor", "dual_level", "enter_dual_level", "exit_dual_level", "make_dual", "unpack_dual"]
__getattr__, __dir__ = attach(
    __name__,
    {
        "patchgrad.transforms.dual": (
            "UnpackedDualTensor dual_level enter_dual_level exit_dual_level make_dual unpack_dual"
        )
    },
    "",
)
