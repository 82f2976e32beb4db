"""The standing humanoid."""
