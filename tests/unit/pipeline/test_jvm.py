"""The Java machine starts whatever the locale is and wherever its files lie."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from partage.pipeline.reasoning import jvm

CODE = """
import os, sys
from pathlib import Path
from partage.pipeline.reasoning import jvm
jvm.jar = lambda: Path(sys.argv[1])
jvm.java_class("org.semanticweb.HermiT.Reasoner")
print(os.environ.get("LC_ALL"))
"""


@pytest.mark.parametrize("locale", ["C", "C.UTF-8", None])
def test_java_finds_its_files_below_an_accent(tmp_path: Path, locale: str | None) -> None:
    jar = tmp_path / "é x" / "HermiT.jar"
    jar.parent.mkdir()
    shutil.copyfile(jvm.jar(), jar)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG"))}
    environment |= {} if locale is None else {"LC_ALL": locale}
    run = subprocess.run(
        [sys.executable, "-c", CODE, jar],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert run.stdout == f"{locale}\n"
