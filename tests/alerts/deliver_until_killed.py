"""Delivers what waits in a record to a webhook, as the service does. Run by the tests, which kill it."""

import asyncio
import sys

from alerts.channels.webhook import Webhook
from alerts.delivery import Deliverer
from alerts.pace import Pace
from storage.database import open_database
from tests.receivers import LOOPBACK


async def deliver(url: str, hook: str, burst: int) -> None:
    database = open_database(url)
    deliverer = Deliverer(
        database, [Webhook("desk", hook, networks=LOOPBACK)], "http://addendum.test", paces={"desk": Pace(burst=burst)}
    )
    await deliverer.deliver_due()
    database.close()


if __name__ == "__main__":
    asyncio.run(deliver(sys.argv[1], sys.argv[2], int(sys.argv[3])))
