"""Annotations as pure functions of a clean frame."""
