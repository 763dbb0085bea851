"""The optional packages, by extra, as the metadata of the installed package name them."""

import re
from importlib.metadata import requires

from partage.errors import MissingPackage

REQUIREMENT = re.compile(r"""(?P<name>[\w.-]+).*\bextra == ["'](?P<extra>[\w.-]+)["']""")


def missing_extra(error: ModuleNotFoundError) -> MissingPackage | None:
    """
    Return what to tell of a package that is not installed; None of one that no extra brings.

    The error is that of an import or, with the name of a distribution, of `importlib.metadata`.
    """
    wanted = (error.name or "").partition(".")[0]
    for requirement in requires("partage") or ():
        found = REQUIREMENT.match(requirement)
        if found and _plain(found["name"]) == _plain(wanted):
            return MissingPackage(found["name"], found["extra"])
    return None


def _plain(name: str) -> str:
    """Return what the names of a module and of its distribution have in common: jpype, JPype1."""
    return re.sub(r"[-_.]+", "-", name).lower().rstrip("0123456789")
