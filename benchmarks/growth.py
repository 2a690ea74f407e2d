"""How the time of a step grows with depth, width and batch: MLPs with Adam, beside PyTorch and JAX."""

from __future__ import annotations

from benchmarks.steps.contest import Figure, contest

PEERS = ["PyTorch eager", "PyTorch fused", "JAX jit", "patchgrad"]
DEPTHS = (1, 2, 4, 8, 16, 32, 64, 128, 200)
WIDTHS = (16, 64, 256, 1024)
BATCHES = (1, 16, 64, 256, 1024, 4096)


def networks() -> dict[str, str]:
    """What grows, and the network."""
    deep = {f"depth {n}": "mlp:" + "-".join(["64", *["64"] * n, "10"]) + ":32" for n in DEPTHS}
    wide = {f"width {n}": f"mlp:64-{n}-{n}-10:32" for n in WIDTHS}
    many = {f"batch {n}": f"mlp:64-128-128-10:{n}" for n in BATCHES}
    return deep | wide | many


def run() -> list[Figure]:
    rows: list[Figure] = []
    for label, network in networks().items():
        for figure in contest(network, PEERS, rounds=7):
            rows.append(Figure(**{**vars(figure), "workload": label}))
            print(f"  {label:<12} {figure}")
    return rows


def table(rows: list[Figure]) -> str:
    """One row per network, one column per contestant: median milliseconds, and the part of PyTorch eager's time."""
    lines = ["| 64-64-...-10, batch 32, Adam | " + " | ".join(PEERS) + " |", "|---" * (len(PEERS) + 1) + "|"]
    for label in dict.fromkeys(row.workload for row in rows):
        found = {row.name: row for row in rows if row.workload == label}
        cells = [
            "-" if name not in found or found[name].note else f"{found[name].median:.3g} ({found[name].ratio:.2f})"
            for name in PEERS
        ]
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
