"""A page that draws an Adaptive Card with Microsoft's own renderer, in colours like those of Teams."""

from __future__ import annotations

import json
from pathlib import Path

from syncd.ports import Payload

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><style>
body { margin: 8px; background: #f5f5f5; }
.card { background: #ffffff; padding: 4px; border-radius: 4px; overflow-wrap: anywhere; }
.card a { color: #4f52b2; }
@media (prefers-color-scheme: dark) { body { background: #1f1f1f; } .card { background: #292929; }
.card a { color: #9ea2ff; } }
</style></head><body><div class="card"></div><script>%(renderer)s</script><script>
const dark = matchMedia("(prefers-color-scheme: dark)").matches;
const colour = (strong, subtle) => ({default: strong, subtle: subtle});
const colours = dark
  ? {default: colour("#ffffff", "#adadad"), attention: colour("#f9526b", "#f9526b")}
  : {default: colour("#242424", "#616161"), attention: colour("#c4314b", "#c4314b")};
const card = new AdaptiveCards.AdaptiveCard();
card.hostConfig = new AdaptiveCards.HostConfig({
  fontFamily: "Segoe UI, Helvetica, Arial, sans-serif",
  containerStyles: {default: {backgroundColor: "transparent", foregroundColors: colours}},
});
const context = new AdaptiveCards.SerializationContext(AdaptiveCards.Versions.v1_4);
card.parse(%(card)s, context);
window.objections = [];
for (let i = 0; i < context.eventCount; i++) window.objections.push(context.getEventAt(i).message);
for (const failure of card.validateProperties().validationEvents) window.objections.push(failure.message);
document.querySelector(".card").appendChild(card.render());
</script></body></html>"""


def card_page(payload: Payload, renderer: Path) -> str:
    """The page for a message's one card. ``window.objections`` holds what the renderer had to say against it."""
    attachments = payload["attachments"]
    assert isinstance(attachments, list)
    card = json.dumps(attachments[0]["content"]).replace("<", "\\u003c")
    script = renderer.read_text(encoding="utf-8").replace("</script", "<\\/script")
    return _PAGE % {"renderer": script, "card": card}
