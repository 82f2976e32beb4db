"""Checks of datasets in every format we write, whoever made them."""
