"""PyTorch is the oracle: every listed call gives what PyTorch gives, on every kind of input that PyTorch takes.

What PyTorch refuses, patchgrad may take; where it refuses too, it must be by one of its own errors.
"""

from __future__ import annotations

import pytest

from patchgrad.errors import PatchgradError

from .case import Case
from .compare import Refused, check, look_up, torch
from .every import every_case
from .variants import VARIANTS


@pytest.mark.parametrize("case", every_case(), ids=str)
def test_a_call_gives_what_pytorch_gives(case):
    wrong: list[str] = []
    tried = 0
    for variant in case.only or VARIANTS:
        if variant in case.without:
            continue
        try:
            check(case, variant)
            tried += 1
        except Refused:
            _refuses_by_an_error_of_its_own(case, variant, wrong)
        except Exception as error:  # all variants are told at once
            wrong.append(f"{variant}: {type(error).__name__}: {error}")
    assert not wrong, "\n".join(wrong)
    assert tried, "PyTorch refused every variant: the case proves nothing"


def _refuses_by_an_error_of_its_own(case: Case, variant: str, wrong: list[str]) -> None:
    from .compare import Pair, pg

    pair = Pair(case, variant, False)
    try:
        look_up(pg, case.name)(*case.prepare(*pair.mine), **pair.my_kwargs)
    except PatchgradError:
        pass
    except Exception as error:
        wrong.append(f"{variant}: PyTorch refuses, here a raw {type(error).__name__}: {error}")


@pytest.mark.parametrize("case", every_case(), ids=str)
def test_what_is_a_method_in_pytorch_is_a_method_here(case):
    if "." not in case.name and hasattr(torch.Tensor, case.name):
        from .compare import pg

        assert hasattr(pg.Tensor, case.name)
