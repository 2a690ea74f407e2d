"""Calls of further names of ``nn.functional``: those that always give the places, and older ones."""

from __future__ import annotations

from ..case import R, case
from .functional_pool import FORMS, PLACES

CASES = [
    *(
        case(f"nn.functional.max_pool{axes}d_with_indices", R(2, 3, *PLACES[axes]), 3, only=FORMS, kwargs={"stride": 2})
        for axes in PLACES
    ),
    *(
        case(f"nn.functional.adaptive_max_pool{axes}d_with_indices", R(2, 3, *PLACES[axes]), 2, only=FORMS)
        for axes in PLACES
    ),
    case("nn.functional.upsample_nearest", R(2, 3, 4), only=FORMS, kwargs={"scale_factor": 2}),
    case("nn.functional.upsample_bilinear", R(2, 3, 4, 5), only=FORMS, kwargs={"size": (7, 3)}),
    case("nn.functional.upsample", R(2, 3, 4), only=FORMS, kwargs={"size": 9, "mode": "linear", "align_corners": True}),
    case("nn.functional.conv_tbc", R(6, 2, 3), R(3, 3, 4), R(4), only=FORMS, kwargs={"pad": 1}),
    case("nn.functional.conv_tbc", R(6, 2, 3), R(2, 3, 4), R(4), only=FORMS),
]
