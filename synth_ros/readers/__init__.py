"""Files back to samples."""
