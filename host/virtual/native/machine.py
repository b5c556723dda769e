"""LLVM: instructions into this machine's code, and that into memory."""

from __future__ import annotations

import functools
import importlib
import threading
from typing import Any

_llvm: Any = importlib.import_module("llvmlite.binding")  # no usable types: taken as untyped
version: str = importlib.import_module("llvmlite").__version__
lock = threading.RLock()
SPEED = 2  # -O2


@functools.cache
def target() -> tuple[str, str, str]:
    """What code is made for: LLVM's triple, CPU and features."""
    return (
        _llvm.get_process_triple(),
        _llvm.get_host_cpu_name(),
        _llvm.get_host_cpu_features().flatten(),
    )


@functools.cache
def _target_machine() -> Any:
    _llvm.initialize_native_target()
    _llvm.initialize_native_asmprinter()
    triple, cpu, features = target()
    relocation = "static" if triple.startswith(("x86", "i686", "amd64")) else "default"
    return _llvm.Target.from_triple(triple).create_target_machine(
        cpu=cpu, features=features, opt=SPEED, reloc=relocation, codemodel="jitdefault", jit=True
    )


@functools.cache
def _engine() -> Any:
    empty = _llvm.parse_assembly(f'target triple = "{target()[0]}"')
    return _llvm.create_mcjit_compiler(empty, _target_machine())


def compile_module(text: str) -> bytes:
    """An object file of a module in LLVM's language."""
    with lock:
        machine = _target_machine()
        module = _llvm.parse_assembly(text)
        module.verify()
        module.triple, module.data_layout = target()[0], str(machine.target_data)
        passes = _llvm.create_pass_builder(
            machine, _llvm.create_pipeline_tuning_options(speed_level=SPEED)
        )
        passes.getModulePassManager().run(module, passes)
        made: bytes = machine.emit_object(module)
        return made


def load(code: bytes) -> None:
    """An object file's functions can be called from now on."""
    with lock:
        _engine().add_object_file(_llvm.ObjectFileRef.from_data(code))
        _engine().finalize_object()


def address(name: str) -> int:
    """Where a function of a loaded object file is."""
    found = int(_engine().get_function_address(name))
    assert found, f"{name} was loaded"
    return found
