"""Oxigraph in this process, and its answers as bytes."""
