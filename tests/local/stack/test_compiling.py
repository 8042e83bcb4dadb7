"""The workers of the emulator find the layer compiled."""

import subprocess
import sys
from pathlib import Path

from local.stack.sam import compile_modules

IMPORT = "import sys; sys.path.insert(0, sys.argv[1]); import package.module; print(package.module.VALUE)"


def test_a_compiled_module_is_not_compiled_again_however_young_its_source_is(tmp_path: Path) -> None:
    module = tmp_path / "package" / "module.py"
    module.parent.mkdir()
    module.write_text("VALUE = 7")
    (tmp_path / "package" / "for_another_python.py").write_text("print 7")
    compile_modules(tmp_path)
    module.write_text("raise SystemExit('compiled again')")
    command = [sys.executable, "-I", "-c", IMPORT, str(tmp_path)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "7\n"
