"""Where the ontology, the data and the shapes lie: inside the wheel, or in the checkout."""

from importlib.resources import files
from pathlib import Path

from partage.errors import SettingsError

FOLDERS = ("ontology", "data", "shapes")


def assets_root() -> Path:
    """
    Return the directory that holds `ontology/`, `data/` and `shapes/`.

    Raises
    ------
    SettingsError
        The package was installed without its assets.
    """
    shipped = Path(str(files("partage"))) / "_assets"
    checkout = Path(__file__).parents[2]
    for candidate in (shipped, checkout):
        if all((candidate / folder).is_dir() for folder in FOLDERS):
            return candidate
    raise SettingsError(
        f"No ontology/, data/ and shapes/ beside the package ({shipped} or {checkout}). "
        "Reinstall partage, or run it from a checkout."
    )
