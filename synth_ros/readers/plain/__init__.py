"""Annotated images of any dataset, ours or not, reduced to what all formats have."""
