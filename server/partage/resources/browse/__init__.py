"""The members of a kind by facets, in an order, a page at a time."""
