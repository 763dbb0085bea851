"""The releases in the repository, each restored from what they changed and held to its record."""

from partage import assets
from partage.releases import archive
from partage.releases.catalog import Catalog


def test_every_release_of_the_repository_is_had_again_as_its_record_names_it() -> None:
    catalog = Catalog.read(assets.assets_root())
    for record in catalog:
        assert archive.restore(catalog, record.version).count("\n") == record.quads
