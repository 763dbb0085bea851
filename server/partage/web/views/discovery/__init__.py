"""What machines look for first: the site's map, links, DCAT, well-known addresses (RFC 8615)."""
