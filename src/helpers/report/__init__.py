"""The report subpackage."""
