"""The mobile manipulator."""
