"""The status page, its JSON and CSV, probes, metrics and webhooks; nothing here decides anything.

Whoever reads gets what the ledger holds, through GET and HEAD alone. Whoever posts a signed webhook is believed only
that it may be worth to look sooner.
"""
