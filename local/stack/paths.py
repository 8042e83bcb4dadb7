"""Where a local stack keeps its things: all of it under one folder, nothing in the home directory."""

import os
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from local.stack.errors import StackError, no_room

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_HOME = ROOT / ".crossfoot"
# What a stack writes when it comes up for the first time, with some to spare, and again.
ROOM_MB, ROOM_AGAIN_MB = 500, 100
DISCARDED = "discarded-"


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of one local stack."""

    folder: Path

    @property
    def record(self) -> Path:
        return self.folder / "stack.json"

    @property
    def lock(self) -> Path:
        return self.folder / "stack.lock"

    @property
    def ministack(self) -> Path:
        return self.folder / "ministack"

    @property
    def sandboxes(self) -> Path:
        return self.folder / "sandboxes"

    @property
    def build(self) -> Path:
        return self.folder / "build"

    def log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"

    def make(self) -> None:
        """Create the folder, readable by its owner only: the record in it holds sandbox keys.

        Raises: StackError when it cannot be.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.folder.chmod(0o700)
        except OSError as error:
            raise StackError(
                f"{self.folder} cannot be made a folder", "name another one: --home", str(error)
            ) from error

    def discard(self, *folders: Path) -> None:
        """Let go of folders at once, and delete them meanwhile: thousands of small files take many seconds."""
        for folder in folders:
            if folder.exists():
                folder.rename(self.folder / f"{DISCARDED}{uuid4().hex}")
        threading.Thread(target=self._delete_discarded).start()

    def _delete_discarded(self) -> None:
        for folder in self.folder.glob(f"{DISCARDED}*"):
            shutil.rmtree(folder, ignore_errors=True)

    def check_room(self) -> None:
        """Look whether a stack can come up here: what stands in its way is hard to tell once the disk is full.

        Raises: StackError when it cannot.
        """
        needed = ROOM_AGAIN_MB if self.build.exists() else ROOM_MB
        free = shutil.disk_usage(self.folder).free // 1_000_000
        if free < needed:
            raise no_room(self.folder, f"{free} MB are free, and {needed} MB are needed.")


def tool(name: str, command: str) -> str:
    """The path of a command that `make` installs for us.

    Raises: StackError when it is not installed yet.
    """
    path = ROOT / ".tools" / name / "bin" / command
    if not os.access(path, os.X_OK):
        raise StackError(f"{command} is not installed", "run `make setup` (or make demo, make test: both do it)")
    return str(path)
