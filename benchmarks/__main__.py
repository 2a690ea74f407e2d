"""Run the benchmarks and write their figures, with date and machine, to ``benchmarks/results/``."""

from __future__ import annotations

import datetime
import json
import os
import platform
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from patchgrad.backend import host

HERE = Path(__file__).parent
HELPERS = ("__init__", "__main__", "page", "timing", "watching_peers")
NAMES = sorted(path.stem for path in HERE.glob("*.py") if path.stem not in HELPERS)


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        model = lines[0].partition(":")[2].strip() if lines else model
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "numpy": host.__version__,
        "load": round(os.getloadavg()[0], 2),
    }


def main(names: list[str]) -> None:
    (HERE / "results").mkdir(exist_ok=True)
    about = machine()
    date = datetime.date.today().isoformat()
    for name in names or NAMES:
        module = import_module(f"benchmarks.{name}")
        print(f"\n{name}: {(module.__doc__ or '').splitlines()[0]}")
        rows = module.run()
        for row in rows:
            print(f"  {row}")
        _write_table(name, module, rows, f"{date}; " + ", ".join(f"{key} {value}" for key, value in about.items()))
        record = {"date": date, "machine": about, "rows": [vars(row) for row in rows]}
        (HERE / "results" / f"{name}.json").write_text(json.dumps(record, indent=1) + "\n")


def _write_table(name: str, module: Any, rows: list[Any], when: str) -> None:
    """The figures for readers, where the benchmark knows how to lay them out."""
    if hasattr(module, "table"):
        text = f"# {module.__doc__.strip()}\n\n{when}.\n\n{module.table(rows)}\n"
        (HERE / "results" / f"{name}.md").write_text(text)


main(sys.argv[1:])
