"""Auto-graded assignments for network programming: boxes, conversations, evidence, marks."""

__version__ = "0.1.0"
