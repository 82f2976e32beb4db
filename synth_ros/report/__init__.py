"""Pictures, plots and pages that a person reads."""
