"""The page draws formulas itself: it knows every command that one of them uses."""

from __future__ import annotations

import re
from pathlib import Path

from patchgrad.autograd.op import all_ops
from patchgrad.recorder.quantities import QUANTITIES

SYMBOLS = Path(__file__).parents[2] / "extension" / "src" / "model" / "latexSymbols.ts"


def test_every_command_of_a_formula_is_drawn() -> None:
    text = SYMBOLS.read_text()
    known = set(re.findall(r'[{ ]"?([^" :]+)"?: "', text, re.MULTILINE))
    known |= {
        name
        for names in re.findall(r"readonly string\[\] = \[([^]]*)\]", text)
        for name in re.findall(r'"([^"]+)"', names)
    }
    known |= {" "}
    formulas = [op.formula for op in all_ops() if op.formula] + [q.formula for q in QUANTITIES.values()]
    used = {command for formula in formulas for command in re.findall(r"\\([A-Za-z]+|.)", formula)}
    assert len(formulas) > 250
    assert used - known == set()
