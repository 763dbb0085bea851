"""The picture of the rooms is the code's."""

import subprocess
import sys

from partage import assets


def test_the_pictures_are_those_of_the_imports() -> None:
    script = assets.assets_root() / ".ci/architecture"
    ran = subprocess.run(
        [sys.executable, str(script), "--check"], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
