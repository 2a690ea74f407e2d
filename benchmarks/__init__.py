"""Measurements side by side with the peers. ``python -m benchmarks`` runs all, ``python -m benchmarks NAME`` one."""
