"""Formats of other people's tools, one module each; ``registry`` is the list of them."""
