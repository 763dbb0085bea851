"""HTTP without a page: negotiation, headers, languages, links, dates (RFC 9110)."""
