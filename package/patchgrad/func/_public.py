"""Written by ``python -m patchgrad.emit``."""

SUBMODULES = ''
NAMES = {
    'patchgrad.nn.functional_call': 'functional_call replace_all_batch_norm_modules_ stack_module_state',
    'patchgrad.transforms.batching.vmap': 'vmap',
    'patchgrad.transforms.batching.ways': 'vmap_loops',
    'patchgrad.transforms.forward': 'jvp linearize',
    'patchgrad.transforms.matrices': 'hessian hvp jacfwd jacobian jacrev',
    'patchgrad.transforms.reverse': 'grad grad_and_value value_and_grad vjp',
}
