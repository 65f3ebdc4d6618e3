"""The few exceptions of the package.

Every message is one sentence that says what was got, what was expected and what to do;
the command line prints it as it is and exits with status 1, without a traceback.
"""


class HelpersError(Exception):
    """Base of every error that a user can mend by reading its message."""

    def _render_traceback_(self) -> list[str]:
        # Jupyter asks for this: a reader of a lesson sees the sentence, and no traceback.
        return [f"{type(self).__name__}: {self}"]


class DataError(HelpersError, ValueError):
    """A file or folder is missing, incomplete or malformed."""


class SettingError(HelpersError, ValueError):
    """A name, number or option is not one of those that make sense here."""


class UnknownIdError(HelpersError, LookupError):
    """An identifier or name is not in the catalogue."""


class NotFittedError(HelpersError, RuntimeError):
    """A model was asked for something before it was trained."""


class LessonError(HelpersError, RuntimeError):
    """A notebook could not be run, or stopped on the way."""
