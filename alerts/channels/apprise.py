"""Any other service, by an Apprise address (github.com/caronc/apprise)."""

import apprise

from alerts.message import Message
from alerts.plain import as_text
from revisions.errors import ConfigError, Retry


class Apprise:
    at_once = 1

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self._service = apprise.Apprise()
        if not self._service.add(url):
            raise ConfigError("this is no address Apprise knows; see its list of services", f"channel {name}")

    async def send(self, message: Message) -> None:
        """Apprise says only whether it worked, so a failure may always be worth another try."""
        sent = await self._service.async_notify(
            title=message.subject, body=as_text(message), body_format=apprise.NotifyFormat.TEXT
        )
        if not sent:
            raise Retry("the service did not take the message", self.name)

    async def close(self) -> None:
        """Apprise keeps nothing open."""
