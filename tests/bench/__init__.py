"""What passes cost on this machine: ``python -m tests.bench``, or ``make bench``."""
