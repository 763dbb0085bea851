"""The endpoint, the query page, running queries, and why a query has no results."""
