"""How GitHub says no: a refusal is raised where it is found and becomes a reply in one place."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from tests.emulators.http import Response

_DOCUMENTATION = "https://docs.github.com/rest"


class Refusal(Exception):
    """A reply that is not a success, on its way out."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        errors: Collection[object] = (),
        headers: Mapping[str, str] | None = None,
        documentation: str = _DOCUMENTATION,
    ) -> None:
        super().__init__(f"{status} {message}")
        body: dict[str, object] = {"message": message, "documentation_url": documentation, "status": str(status)}
        if errors:
            body["errors"] = list(errors)
        self.response = Response(status=status, json=body, headers=headers or {})


def not_found() -> Refusal:
    """What is not there and what may not be seen look alike."""
    return Refusal(404, "Not Found")


def invalid(resource: str, field: str, code: str, **more: object) -> Refusal:
    """422 about one field; `code` is one of missing, missing_field, invalid, already_exists, custom."""
    return Refusal(422, "Validation Failed", errors=[{"resource": resource, "field": field, "code": code, **more}])


def unreadable(what: str) -> Refusal:
    """422 about the shape of a request's body."""
    return Refusal(422, f"Invalid request.\n\n{what}")


def unknown(kind: str, names: Collection[str]) -> Refusal:
    """422 that GitHub itself would not give: it ignores what it does not know, and a typo would pass."""
    return Refusal(422, f"the emulator knows no {kind} {', '.join(sorted(names))} (GitHub would ignore it)")


def moved(method: str, location: str) -> Refusal:
    """301 for reading and 307 for writing, which clients follow less gladly."""
    status = 301 if method in ("GET", "HEAD") else 307
    refusal = Refusal(status, "Moved Permanently")
    body = {"message": "Moved Permanently", "url": location, "documentation_url": _DOCUMENTATION}
    refusal.response = Response(status=status, json=body, headers={"location": location})
    return refusal
