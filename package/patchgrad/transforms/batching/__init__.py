"""How ``vmap`` runs a function on a whole batch at once.

Inside, a tensor's array is a `BatchArray`: a tensor of one more axis, the batch, in front, which nobody inside sees.
``arrays.py`` (the array and its backend), ``level.py`` (one run of vmap), ``ways.py`` (how an op of examples becomes
an op of batches: by shifting axes, by folding the batch into another axis, or as a loop), ``run.py`` (which way).
"""
