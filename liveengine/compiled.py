"""The one way this project compiles code for the data plane and the voices.

Everything decorated here runs without the GIL and with numba's allocator
turned off: a kernel that would allocate does not compile. Machine code is
kept on disk, in a folder named after the sources it was made from (see
`kernel_cache`), because numba by itself does not notice when a function in
*another* file changes.

numba would give each of some 230 functions machine code and a Python wrapper
of its own. Most are only ever called by another kernel; so those are joined to
their callers as they are, and LLVM optimises each *whole* kernel that Python
or C calls, once, seeing all of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

from liveengine.kernel_cache import CACHE_DIR

Function = TypeVar("Function", bound=Callable[..., Any])

# numba reads this when a function is decorated, so it is set before numba is imported at all.
os.environ["NUMBA_CACHE_DIR"] = str(CACHE_DIR)

import numba  # noqa: E402
from llvmlite.binding import Linkage  # noqa: E402
from numba.core import compiler, typed_passes  # noqa: E402
from numba.core.codegen import JITCodeLibrary  # noqa: E402
from numba.core.compiler_machinery import register_pass  # noqa: E402

numba.config.CACHE_DIR = str(CACHE_DIR)


class _Part(JITCodeLibrary):
    """A function that other kernels call: kept as LLVM's own language, until it is part of a whole."""

    def finalize(self) -> None:
        """Leave optimising and machine code to the whole, which will know what becomes of each argument."""
        self._finalized = True


class _Whole(JITCodeLibrary):
    """A kernel that Python or C calls, with all that it calls."""

    def finalize(self) -> None:
        """Gather the parts, callers before what they call: LLVM takes in only what is asked for already."""
        found: dict[Any, None] = {}
        for library in self._linking_libraries:
            _gather(library, found)
        self._linking_libraries: list[Any] = list(reversed(found))
        super().finalize()

    def _optimize_final_module(self) -> None:
        for function in self._final_module.functions:
            if not function.is_declaration and function.linkage == Linkage.linkonce_odr:
                # Nobody else calls it: what it is given and does not need may go.
                function.linkage = Linkage.internal
        super()._optimize_final_module()


def _gather(library: Any, found: dict[Any, None]) -> None:
    """Add to `found` all that `library` calls, and itself after it."""
    if library in found:
        return
    if isinstance(library, _Part):
        for callee in library._linking_libraries:
            _gather(callee, found)
    found[library] = None


@register_pass(mutates_CFG=True, analysis_only=False)
class _LowerPart(typed_passes.NativeLowering):
    _name = "lower_part"

    def run_pass(self, state: Any) -> bool:
        state.library = _Part(state.targetctx.codegen(), state.func_id.func_qualname)
        state.flags.no_compile = True
        super().run_pass(state)
        key = object()  # what callers know it by, where a function compiled by itself has its address
        state.targetctx.insert_user_function(key, state.cr.fndesc, [state.library])
        state.cr = state.cr._replace(cfunc=key)
        return True


@register_pass(mutates_CFG=True, analysis_only=False)
class _LowerWhole(typed_passes.NativeLowering):
    _name = "lower_whole"

    def run_pass(self, state: Any) -> bool:
        state.library = _Whole(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        done: bool = super().run_pass(state)
        return done


def _pipeline(lowering: type) -> type[compiler.CompilerBase]:
    """Return numba's own pipeline with another last step."""

    class Pipeline(compiler.CompilerBase):
        def define_pipelines(self) -> list[Any]:
            passes = compiler.DefaultPassBuilder.define_nopython_pipeline(self.state)
            passes.passes = [
                (lowering, text) if step is typed_passes.NativeLowering else (step, text)
                for step, text in passes.passes
            ]
            passes.finalize()
            return [passes]

    return Pipeline


_PART, _WHOLE = _pipeline(_LowerPart), _pipeline(_LowerWhole)


def compiled(function: Function) -> Function:
    """Compile `function`: no GIL, no allocation, no Python objects, kept on disk."""
    options = {"nogil": True, "_nrt": False, "error_model": "numpy"}
    kernel: Any = numba.njit(cache=True, pipeline_class=_WHOLE, **options)(function)
    part: Any = numba.njit(pipeline_class=_PART, no_cpython_wrapper=True, no_cfunc_wrapper=True, **options)(function)

    def keep(result: Any) -> None:
        part.overloads[tuple(result.signature.args)] = result

    def plain_template(arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        # A constant in a call would get machine code of its own; this halves the time that compiling takes.
        plain = {name: numba.types.unliteral(kind) for name, kind in keywords.items()}
        return part.get_call_template(tuple(map(numba.types.unliteral, arguments)), plain)

    part.add_overload = keep  # it has no address that numba could enter into its own table
    kernel.get_call_template = plain_template
    kernel.get_overload = part.get_overload
    compiled_function: Function = kernel
    return compiled_function


def callback(signature: Any) -> Callable[[Function], Any]:
    """Compile a C callback with this numba `signature`; its `.address` is what C code calls."""
    decorate: Callable[[Function], Any] = numba.cfunc(
        signature, nopython=True, cache=True, _nrt=False, pipeline_class=_WHOLE
    )
    return decorate
