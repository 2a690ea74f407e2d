"""The tape: op records, nodes, the backward pass. Knows nodes, not tensors."""
