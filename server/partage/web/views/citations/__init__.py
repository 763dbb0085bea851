"""Citations in every format, style and language."""
