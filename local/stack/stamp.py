"""Writes into every built function which layer it runs with, so that a change of the layer publishes new versions.

SAM publishes a version when a function's own properties or code change. The layer is only named there, by a name that stays
the same: a deploy that changes nothing else would leave the alias `live`, and with it every caller, on the former code.
"""

import hashlib
import sys
from pathlib import Path

LAYER, STAMP = "CommonLayer", "layer.sha256"


def stamp_functions(build: Path) -> str:
    """Write the digest of a built layer beside each built handler. Returns: the digest."""
    digest = _digest(build / LAYER)
    for folder in build.iterdir():
        if folder.is_dir() and folder.name != LAYER:
            (folder / STAMP).write_text(f"{digest}\n")
    return digest


def _digest(folder: Path) -> str:
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            found.update(f"{path.relative_to(folder)}\0".encode())
            found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


if __name__ == "__main__":
    print(f"Layer {stamp_functions(Path(sys.argv[1]))}")
