"""What a user says of the prepaid balance, checked before it is kept, and the amount below which its alarm fires.

Apart from edits.py, which writes what it is given, and from queries/balance.py, which adds the ledger up.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Final, Literal

from . import edits
from .database import open_writer
from .errors import UsageError
from .locations import Home
from .queries import balance as ledger
from .queries.reader import Reader
from .settings import BalanceSettings

MOST_USD: Final = Decimal(1_000_000)
"""More than anyone prepays, and well within 64 bits of picodollars."""


def amount(text: str, name: str = "USD") -> Decimal:
    """An amount in USD as people type it: 25, 4.50, $1,000. Raises UsageError with `name` and what is allowed."""
    try:
        usd = Decimal(text.strip().removeprefix("$").replace(",", "").replace("_", ""))
    except InvalidOperation:
        raise UsageError(f"{name} {text!r} is not an amount. Write dollars, such as 25 or 4.50.") from None
    if not usd.is_finite() or usd < 0 or usd > MOST_USD:
        raise UsageError(f"{name} {text!r} is out of range. Write dollars between 0 and {MOST_USD:,}.")
    return usd


def state(home: Home, kind: Literal["set", "add"], usd: Decimal, alarm_below: Decimal | None) -> None:
    """Keep that the balance is `usd`, or that `usd` was added; makes the database where there is none yet."""
    home.make()
    open_writer(home.database).close()
    edits.state_balance(home.database, kind, usd)
    if alarm_below is not None:
        edits.state_balance(home.database, "alarm", alarm_below)


def alarm_below(reader: Reader, settings: BalanceSettings) -> Decimal | None:
    """The amount below which the alarm fires: as said on the command line, else as in config.toml, else None."""
    said = ledger.alarm_below(reader)
    return settings.alarm_below if said is None else said
