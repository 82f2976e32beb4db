"""Samples to files, one format a module."""
