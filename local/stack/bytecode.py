"""Compiles what was built: each of the emulator's workers has a copy of its own, and would compile the same again."""

import importlib.util
import os
import py_compile
import sys
from pathlib import Path


def compile_sources(folder: Path, kept: Path, ours: Path) -> None:
    """Put the bytecode of each source beside it, and in the place of those that are not ours: half as many files to unpack.

    Takes: `kept` has what was compiled before, by the digest of its source; afterwards it has that of these sources alone.
    """
    kept.mkdir(parents=True, exist_ok=True)
    used = set()
    for source in folder.rglob("*.py"):
        compiled = _compile(source, kept)
        used.add(compiled)
        if source.is_relative_to(ours):
            _place(compiled, _beside(source))
        else:
            _place(compiled, source.with_suffix(".pyc"))
            source.unlink()
    for compiled in set(kept.iterdir()) - used:
        compiled.unlink()


def _compile(source: Path, kept: Path) -> Path:
    compiled = kept / f"{importlib.util.source_hash(source.read_bytes()).hex()}.{sys.implementation.cache_tag}.pyc"
    if not compiled.exists():
        # Python takes it as it is, for a time stamp would not come through a zip file.
        mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
        py_compile.compile(str(source), str(compiled), doraise=True, invalidation_mode=mode)
    return compiled


def _beside(source: Path) -> Path:
    # Not `cache_from_source`, which obeys PYTHONPYCACHEPREFIX: the workers do not know of ours.
    return source.parent / "__pycache__" / f"{source.stem}.{sys.implementation.cache_tag}.pyc"


def _place(compiled: Path, at: Path) -> None:
    at.parent.mkdir(exist_ok=True)
    at.unlink(missing_ok=True)
    os.link(compiled, at)
