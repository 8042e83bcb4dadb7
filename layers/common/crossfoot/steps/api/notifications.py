"""Read and replace which e-mail a partner wants (C7, X1)."""

from dataclasses import asdict

from crossfoot.core.notifications import Notifications
from crossfoot.errors import Rejected
from crossfoot.messages.api.notifications import NotificationsShape, NotificationsStanding
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.notifying import find_zone
from crossfoot.steps.api.needs import BadField, Ports


def show_notifications(ports: Ports, asked: Asked) -> NotificationsStanding:
    """Show it; what was never chosen has its default."""
    return _to_standing(ports, ports.notifications.load(asked.tenant))


def put_notifications(ports: Ports, asked: Asked[Nothing, Nothing, NotificationsShape]) -> NotificationsStanding:
    """Replace it. Who hears of connections for the first time is told of trouble that stands already.

    Raises: BadField for a time zone that there is none of; Rejected("mail_off") for addresses where no e-mail is sent.
    """
    body = asked.body
    chosen = Notifications(
        connection_trouble=_once_each(body.connection_trouble),
        daily_digest=_once_each(body.daily_digest),
        digest_hour=body.digest_hour,
        time_zone=body.time_zone,
    )
    if find_zone(chosen.time_zone) is None:
        raise BadField("time_zone", "There is no time zone of this name.")
    if not ports.mail_is_on and (chosen.connection_trouble or chosen.daily_digest):
        detail = "this installation sends no e-mail, so nobody would ever be told"
        raise Rejected("mail_off", detail, "Ask the operator to set a sender (MailFrom), or leave the addresses out.")
    ports.notifications.save(asked.tenant, chosen)
    return _to_standing(ports, chosen)


def _once_each(addresses: list[str]) -> tuple[str, ...]:
    return tuple({address.casefold(): address for address in addresses}.values())


def _to_standing(ports: Ports, chosen: Notifications) -> NotificationsStanding:
    return NotificationsStanding(**asdict(chosen), mail_is_on=ports.mail_is_on)
