"""Functions with a gradient of one's own: ``Function``."""
