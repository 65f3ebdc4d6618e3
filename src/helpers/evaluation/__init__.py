"""The evaluation subpackage."""
