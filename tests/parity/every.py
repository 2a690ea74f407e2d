"""All cases, from every file of ``cases``."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from . import cases
from .case import Case


def every_case() -> list[Case]:
    files = [import_module(f"{cases.__name__}.{entry.name}") for entry in pkgutil.iter_modules(cases.__path__)]
    return [case for file in files for case in file.CASES]
