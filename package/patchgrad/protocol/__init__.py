"""What browser and kernel say: ``messages.py``, checked by ``wire.py``, told to TypeScript by ``emit.py``."""
