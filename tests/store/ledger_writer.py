"""A process of its own that writes to a ledger: ``python ledger_writer.py URL EFFECT COUNT``.

Each round is one of each kind of write; a line on stdout says that its last one is on the disk.
"""

from __future__ import annotations

import sys

from ledger_values import AT, a_document, a_link, an_event, an_item

from syncd.store.ledger import Ledger


def main(url, effect_id, count):
    with Ledger.open(url) as ledger:
        for number in range(count):
            ledger.remember(a_document(revision=f"r{number}"), [an_item()], at=AT, events=[an_event()])
            ledger.save_link(a_link(revision=f"v{number}"), AT)
            ledger.ignore("00000001", str(number), at=AT)
            ledger.looked(effect_id, AT)
            print(number, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
