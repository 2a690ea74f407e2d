"""PyTorch is the oracle: every listed call gives what PyTorch gives, on every kind of input that PyTorch takes.

What PyTorch refuses, patchgrad may take; where it refuses too, it must be by one of its own errors.
"""

from __future__ import annotations

import pytest

from patchgrad.errors import PatchgradError

from .case import Case
from .compare import Inputs, Oracle, Refused, call, check, pg, torch
from .every import every_case
from .variants import VARIANTS

BY_NAME: dict[str, list[Case]] = {}
for case in every_case():
    BY_NAME.setdefault(case.name, []).append(case)


@pytest.mark.parametrize("name", BY_NAME)
def test_a_call_gives_what_pytorch_gives(name):
    wrong = [f"{case}, {line}" for case in BY_NAME[name] for line in _differences(case)]
    assert not wrong, "\n".join(wrong)


def _differences(case: Case) -> list[str]:
    """What differs, in all variants."""
    wrong: list[str] = []
    oracle, tried = Oracle(case), 0
    for variant in case.only or VARIANTS:
        if variant in case.without:
            continue
        try:
            check(oracle, variant)
            tried += 1
        except Refused:
            _refuses_by_an_error_of_its_own(case, variant, wrong)
        except Exception as error:
            wrong.append(f"{variant}: {type(error).__name__}: {error}")
    return wrong if tried else [*wrong, "PyTorch refused every variant: the case proves nothing"]


def _refuses_by_an_error_of_its_own(case: Case, variant: str, wrong: list[str]) -> None:
    try:
        call(Inputs(pg, case, variant), case)
    except PatchgradError:
        pass
    except Exception as error:
        wrong.append(f"{variant}: PyTorch refuses, here a raw {type(error).__name__}: {error}")


def test_what_is_a_method_in_pytorch_is_a_method_here():
    plain = [name for name in BY_NAME if "." not in name and hasattr(torch.Tensor, name)]
    assert [name for name in plain if not hasattr(pg.Tensor, name)] == []
