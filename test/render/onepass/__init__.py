"""The one-pass renderer."""
