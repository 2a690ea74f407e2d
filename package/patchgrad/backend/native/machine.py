"""This machine as LLVM sees it: its vector registers, and from LLVM's text to an address that can be called.

The only file that knows llvmlite, which is imported when the first kernel is wanted.
"""

from __future__ import annotations

import hashlib
import os
from importlib import import_module
from typing import Any

from patchgrad.backend.native import cache
from patchgrad.backend.native.values import KernelError


class Machine:
    """LLVM for one processor.

    ``PATCHGRAD_CPU`` names an older processor than this one (LLVM's name: ``x86-64`` has SSE2 alone).
    """

    def __init__(self) -> None:
        self.llvm: Any = import_module("llvmlite.binding")
        self.llvm.initialize_native_target()
        self.llvm.initialize_native_asmprinter()
        self.target = self.llvm.Target.from_default_triple()
        self.cpu = os.environ.get("PATCHGRAD_CPU") or self.llvm.get_host_cpu_name()
        self.features = "" if os.environ.get("PATCHGRAD_CPU") else self.llvm.get_host_cpu_features().flatten()
        self.vector_bytes = _vector_bytes(self.cpu, self.features)
        self.target_machine = self._target_machine()
        self.engines: list[Any] = []
        version = ".".join(map(str, self.llvm.llvm_version_info))
        self.name = f"{self.target_machine.triple} {self.cpu} {self.features} LLVM {version}"

    def _target_machine(self) -> Any:
        return self.target.create_target_machine(
            cpu=self.cpu, features=self.features, opt=3, reloc="pic", codemodel="jitdefault"
        )

    @property
    def head(self) -> str:
        """The lines that a module begins with."""
        width = f'"target-cpu"="{self.cpu}" "prefer-vector-width"="{self.vector_bytes * 8}"'
        features = f' "target-features"="{self.features}"' if self.features else ""
        machine = self.target_machine
        return (
            f'target triple = "{machine.triple}"\ntarget datalayout = "{machine.target_data}"\n'
            f"attributes #0 = {{ nounwind {width}{features} }}"
        )

    def address(self, key: str, text: Any) -> int:
        """The address of ``run`` in the module that ``text()`` gives, compiled or from the cache of this key."""
        return self.addresses(key, text, ("run",))[0]

    def addresses(self, key: str, text: Any, names: tuple[str, ...]) -> list[int]:
        """The addresses of these functions in the module that ``text()`` gives."""
        key = hashlib.sha256(f"{self.name} {key}".encode()).hexdigest()
        data = cache.read(key)
        if data is None:
            data = self.compile(text())
            cache.write(key, data)
        return self._link(data, names)

    def module(self, text: str) -> Any:
        """LLVM's module, after its passes. Raises KernelError where the text is wrong."""
        try:
            module = self.llvm.parse_assembly(text)
            module.verify()
        except RuntimeError as error:
            raise KernelError(f"LLVM refuses a kernel: {error}") from error
        options = self.llvm.create_pipeline_tuning_options(speed_level=3)
        options.loop_vectorization = options.slp_vectorization = options.loop_interleaving = True
        builder = self.llvm.create_pass_builder(self.target_machine, options)
        builder.getModulePassManager().run(module, builder)
        return module

    def compile(self, text: str) -> bytes:
        return self.target_machine.emit_object(self.module(text))

    def _link(self, data: bytes, names: tuple[str, ...]) -> list[int]:
        engine = self.llvm.create_mcjit_compiler(self.llvm.parse_assembly(""), self._target_machine())
        engine.add_object_file(self.llvm.ObjectFileRef.from_data(data))
        engine.finalize_object()
        self.engines.append(engine)
        return [engine.get_function_address(name) for name in names]


def _vector_bytes(cpu: str, features: str) -> int:
    """The width of a register: AVX-512, AVX, else SSE2 or NEON."""
    known = set(features.split(","))
    if "+avx512f" in known or cpu == "x86-64-v4":
        return 64
    return 32 if "+avx2" in known or cpu == "x86-64-v3" else 16
