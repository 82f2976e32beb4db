"""What a real camera does to a clean image."""
