"""Lsp: help in an editor while a file is written, by the language server protocol. The checks are those of `check`."""
