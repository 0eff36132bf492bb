"""What every notifier promises. A test class inherits :class:`NotifierContract` and gives it a ``world`` fixture."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Collection
from typing import ClassVar, Protocol

import pytest

from syncd.errors import DeliveryDeferred, DeliveryError, DeliveryRefused, DeliveryUnknown
from syncd.ports import Format, Level, Notifier, Payload

KEY = "payments weekly 2026-W48 chat"

HOSTILE = (
    "<!channel> <@U012345> <at>everybody</at> @team & co <script>alert(1)</script>\n"
    "\\ \"quoted\" 'so' {{ body }} ${BODY} %s \\n .\n.\n..\nFrom here on\tキャッシュ 🚨 Größe e\u0301"
)
"""A text that has to arrive as it is: escaping it is the work of whoever made the payload."""


class World(Protocol):
    """A notifier, and the service at the other end of it."""

    @property
    def notifier(self) -> Notifier: ...

    @property
    def recipient(self) -> str:
        """One of its recipients."""

    @property
    def payload(self) -> Payload:
        """A message it can carry, with :data:`HOSTILE` in it."""

    @property
    def secrets(self) -> Collection[str]:
        """What must stand nowhere."""

    def expected(self) -> object:
        """What arrives when the payload does."""

    def arrived(self) -> list[object]:
        """What arrived so far."""

    def attempts(self) -> int:
        """How many requests that deliver something the service got, taken or not."""

    def secrets_fetched(self) -> int:
        """How often the notifier asked for its secret."""

    def refuse(self) -> None:
        """From now on nothing is ever taken."""

    def defer(self) -> None:
        """From now on nothing is taken for the time being."""

    def lose_reply(self) -> None:
        """The next message is taken, but the service goes away without saying so."""

    def vanish(self) -> None:
        """Nobody listens any more."""

    def lose_secret(self) -> None:
        """The secret is not where it should be."""


TROUBLES = ("refuse", "defer", "lose_reply", "vanish", "lose_secret")


class NotifierContract:
    """The promises of :class:`syncd.ports.Notifier`."""

    lost: ClassVar[type[DeliveryError]] = DeliveryUnknown
    """What a lost answer is called."""

    # --- delivering

    def test_the_payload_arrives_as_it_was_stored(self, world: World):
        send(world)
        assert world.arrived() == [world.expected()]

    def test_one_message_is_one_request(self, world: World):
        send(world)
        send(world)
        assert world.attempts() == 2

    def test_the_id_it_returns_is_a_printable_text(self, world: World):
        assert send(world).isprintable()

    def test_it_says_what_it_carries_and_to_whom(self, world: World):
        assert world.notifier.format in Format
        assert world.recipient in world.notifier.recipients
        assert len(set(world.notifier.recipients)) == len(world.notifier.recipients)

    # --- telling apart what went wrong

    def test_what_is_refused_for_ever_is_told(self, world: World):
        world.refuse()
        with pytest.raises(DeliveryRefused) as told:
            send(world)
        assert_sentence(told.value)
        assert world.arrived() == []

    def test_what_is_not_taken_now_is_told(self, world: World):
        world.defer()
        with pytest.raises(DeliveryDeferred) as told:
            send(world)
        assert_sentence(told.value)
        assert world.arrived() == []
        assert told.value.not_before is None or told.value.not_before.tzinfo is not None

    def test_what_may_have_arrived_is_told(self, world: World):
        world.lose_reply()
        with pytest.raises(self.lost) as told:
            send(world)
        assert_sentence(told.value)
        assert world.arrived() == [world.expected()]

    def test_what_reached_nobody_may_be_tried_again(self, world: World):
        world.vanish()
        with pytest.raises(DeliveryDeferred) as told:
            send(world)
        assert_sentence(told.value)
        assert world.attempts() == 0

    def test_a_secret_that_is_missing_may_still_come(self, world: World):
        world.lose_secret()
        with pytest.raises(DeliveryDeferred, match="missing"):
            send(world)
        assert world.attempts() == 0

    @pytest.mark.parametrize("trouble", ["refuse", "defer", "lose_reply"])
    def test_nothing_is_repeated_by_itself(self, world: World, trouble: str):
        getattr(world, trouble)()
        with pytest.raises(DeliveryError):
            send(world)
        assert world.attempts() <= 1

    # --- secrets

    def test_no_recipient_is_named_by_a_secret(self, world: World):
        assert_hidden(world, " ".join(world.notifier.recipients))

    def test_the_secret_is_fetched_when_it_is_needed(self, world: World):
        assert world.notifier.recipients
        assert world.secrets_fetched() == 0
        send(world)
        assert world.secrets_fetched() > 0

    @pytest.mark.parametrize("trouble", [None, *TROUBLES])
    def test_no_error_and_no_log_holds_the_secret(self, world: World, trouble: str | None, caplog):
        caplog.set_level(logging.DEBUG)
        said = ""
        if trouble:
            getattr(world, trouble)()
        try:
            send(world)
        except DeliveryError as error:
            said = f"{error!r} {''.join(traceback.format_exception(error))}"
        assert bool(said) == bool(trouble)
        assert_hidden(world, said + caplog.text + str(world.notifier.check()) + repr(world.notifier))

    # --- checking

    def test_a_check_delivers_nothing(self, world: World):
        found = world.notifier.check()
        assert found
        assert {finding.level for finding in found} == {Level.OK}
        assert world.arrived() == []

    @pytest.mark.parametrize("trouble", ["vanish", "lose_secret"])
    def test_a_check_tells_what_is_wrong_and_how_to_mend_it(self, world: World, trouble: str):
        getattr(world, trouble)()
        wrong = [finding for finding in world.notifier.check() if finding.level is not Level.OK]
        assert wrong
        assert all(finding.cause and finding.cure for finding in wrong)


def send(world: World) -> str:
    return world.notifier.send(world.recipient, world.payload, key=KEY)


def assert_sentence(error: DeliveryError) -> None:
    said = str(error)
    assert said.endswith(".")
    assert said.isprintable()
    assert len(said) < 1000


def assert_hidden(world: World, text: str) -> None:
    assert [secret for secret in world.secrets if secret in text] == []
