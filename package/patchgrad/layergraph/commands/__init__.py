"""Edits of the layer graph, one file each: frozen records with a pure ``apply``."""
