"""Furniture and the room's shell, each in its own frame: standing on z = 0, front towards +x."""
