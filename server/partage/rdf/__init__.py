"""RDF on the page: names, formats, reading, canonical form. Knows no store and no HTTP."""
