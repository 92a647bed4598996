"""Webhooks as the Standard Webhooks specification has them (standardwebhooks.com, 1.0.0)."""

import json
from datetime import UTC, datetime

from standardwebhooks.webhooks import Webhook as Signer

from alerts.channels.http import post
from alerts.message import Message


class Webhook:
    """POST of the contract's JSON, signed when the channel has a secret."""

    def __init__(self, name: str, url: str, secret: str = "") -> None:
        self.name = name
        self._url = url
        self._signer = Signer(secret) if secret else None

    async def send(self, message: Message) -> int:
        body = json.dumps(message.payload, ensure_ascii=False, separators=(",", ":"))
        now = datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": message.uid,
            "webhook-timestamp": str(int(now.timestamp())),
        }
        if self._signer:
            headers["webhook-signature"] = self._signer.sign(message.uid, now, body)
        return await post(self.name, self._url, body.encode(), headers)
