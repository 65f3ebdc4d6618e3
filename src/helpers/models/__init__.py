"""The models subpackage."""
