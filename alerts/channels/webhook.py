"""Webhooks as the Standard Webhooks specification has them (standardwebhooks.com, 1.0.0)."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks.webhooks import Webhook as Signer

from alerts.channels.http import Poster
from alerts.message import Message
from revisions.networks import PUBLIC, Networks


class Webhook:
    """POST of the contract's JSON. Signed with each of its secrets, so that one can take another's place."""

    at_once = 8

    def __init__(self, name: str, url: str, secrets: Sequence[str] = (), *, networks: Networks = PUBLIC) -> None:
        self.name = name
        self._signers = [Signer(secret) for secret in secrets]
        self._poster = Poster(name, url, networks)

    async def send(self, message: Message) -> int:
        body = json.dumps(message.payload, ensure_ascii=False, separators=(",", ":"))
        now = datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": message.uid,
            "webhook-timestamp": str(int(now.timestamp())),
        }
        if self._signers:
            signatures = (signer.sign(message.uid, now, body) for signer in self._signers)
            headers["webhook-signature"] = " ".join(signatures)
        return await self._poster.post(body.encode(), headers)

    async def close(self) -> None:
        await self._poster.close()
