"""syncd: keeps the action items of postmortems and their tickets in step, in the postmortem itself."""

__version__ = "0.1.0"
