"""The files of a release: tables, distributions, DCAT."""
