"""The object classes."""
