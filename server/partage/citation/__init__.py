"""How to cite anything that has an identifier here."""
