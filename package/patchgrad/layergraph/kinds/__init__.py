"""The kinds of layers by family, one file per family. ``catalogue.py`` puts them in the order of the palette."""
