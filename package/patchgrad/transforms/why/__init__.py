"""Answers to questions of people whose network does not train.

``anomaly.py``: stop at the first rule that gives NaN. ``find_nan.py``: which op first made it, and from what.
``explain_grad.py``: why is this gradient None or zero.
"""
