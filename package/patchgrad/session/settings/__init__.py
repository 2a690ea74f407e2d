"""How a network is trained, and the edits of that: optimizer, loss, data, schedule. Read next: ``setup.py``."""
