"""PyTorch is the oracle: every listed call gives what PyTorch gives, on every kind of input that PyTorch takes.

What PyTorch refuses, patchgrad may take; where it refuses too, it must be by one of its own errors.
"""

from __future__ import annotations

import pytest

from patchgrad.errors import PatchgradError

from .case import Case
from .compare import Inputs, Oracle, Refused, call, check, pg, torch
from .every import every_case
from .taken import TAKEN
from .variants import DTYPES, VARIANTS

BY_NAME: dict[str, list[Case]] = {}
for case in every_case():
    BY_NAME.setdefault(case.name, []).append(case)


@pytest.mark.parametrize("name", BY_NAME)
def test_a_call_gives_what_pytorch_gives(name):
    taken: set[str] = set()
    wrong = [f"{case}, {line}" for case in BY_NAME[name] for line in _differences(case, taken)]
    assert not wrong, "\n".join(wrong)
    assert sorted(taken) == sorted(TAKEN.get(name, ())), "what PyTorch refuses and is taken here: see taken.py"


def _differences(case: Case, taken: set[str]) -> list[str]:
    """What differs, in all variants; dtypes that PyTorch refuses, though not here, are added to ``taken``."""
    wrong: list[str] = []
    oracle, tried = Oracle(case), 0
    for variant in case.only or VARIANTS:
        if variant in case.without:
            continue
        try:
            check(oracle, variant)
            tried += 1
        except Refused:
            if _is_taken(case, variant, wrong) and variant in DTYPES:
                taken.add(variant)
        except Exception as error:
            wrong.append(f"{variant}: {type(error).__name__}: {error}")
    return wrong if tried else [*wrong, "PyTorch refused every variant: the case proves nothing"]


def _is_taken(case: Case, variant: str, wrong: list[str]) -> bool:
    """Is it computed here? Who refuses does so by an error of patchgrad's own."""
    try:
        call(Inputs(pg, case, variant), case)
    except PatchgradError:
        return False
    except Exception as error:
        wrong.append(f"{variant}: PyTorch refuses, here a raw {type(error).__name__}: {error}")
        return False
    return True


def test_what_is_a_method_in_pytorch_is_a_method_here():
    plain = [name for name in BY_NAME if "." not in name and hasattr(torch.Tensor, name)]
    assert [name for name in plain if not hasattr(pg.Tensor, name)] == []
