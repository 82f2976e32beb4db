"""The structured labels of a frame as records: one definition for files, topics and audits."""
