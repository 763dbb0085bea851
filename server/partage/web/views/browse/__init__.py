"""The members of a kind by facets, as a page and as data."""
