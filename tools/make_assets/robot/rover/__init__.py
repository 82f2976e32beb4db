"""The small floor robot."""
