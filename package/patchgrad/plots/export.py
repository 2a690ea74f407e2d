"""Figures as files."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from patchgrad.errors import ArgumentError

KINDS = (".html", ".svg", ".png", ".csv")


def export(figure: Any, path: str | Path) -> Path:
    """Write a figure to ``path``; its ending says how: ``.html`` (stands alone), ``.svg``, ``.png``, or ``.csv``.

    A CSV file has a row (trace, x, y) for each point, or (x, y, value) for each cell of a map.

    Errors
        ArgumentError  for another ending, or a picture where Plotly's kaleido is not installed.
    """
    target = Path(path)
    kind = target.suffix.lower()
    if kind not in KINDS:
        raise ArgumentError(
            "a figure cannot be written so", got=f"{target.name}", want=f"an ending of {', '.join(KINDS)}"
        )
    if kind == ".html":
        figure.write_html(target, include_plotlyjs=True)
    elif kind == ".csv":
        _write_csv(figure, target)
    else:
        _write_picture(figure, target)
    return target


def _write_picture(figure: Any, target: Path) -> None:
    try:
        figure.write_image(target)
    except (ImportError, ValueError, RuntimeError) as error:
        raise ArgumentError(
            "pictures of plots need kaleido and a Chrome",
            got=str(error).strip().splitlines()[0],
            hint="pip install kaleido; or write .html and save the picture from there",
        ) from error


def _write_csv(figure: Any, target: Path) -> None:
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        for trace in figure.data:
            if trace.type == "heatmap":
                writer.writerow(["x", "y", "value"])
                xs = trace.x if trace.x is not None else range(len(trace.z[0]))
                ys = trace.y if trace.y is not None else range(len(trace.z))
                writer.writerows(
                    [x, y, v] for y, row in zip(ys, trace.z, strict=True) for x, v in zip(xs, row, strict=True)
                )
            else:
                if trace is figure.data[0]:
                    writer.writerow(["trace", "x", "y"])
                xs = trace.x if trace.x is not None else range(len(trace.y))
                writer.writerows([trace.name or "", x, y] for x, y in zip(xs, trace.y, strict=True))
