"""Random histories of purchases: what becomes of each at its sources, and with which increment each version comes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from contracts.contract import Contract
from tests.spark_jobs.deletions import deletion
from tests.spark_jobs.landed_rows import DELETED_AT, SPOILT
from tests.spark_jobs.raw_files import Landed, landed_row

DATABASE, API = "store-database", "customers-api"
START = datetime(2026, 2, 1, tzinfo=UTC)
STORES = ("Recife", "Belém", "Campinas")
DAYS = ("2026-01-05", "2026-01-31", "2026-02-01")
EVENTS = ("correct", "correct", "correct", "repeat", "spoil", "spoil", "delete", "move", "late", "timeless")


@dataclass(frozen=True)
class Arrival:
    """A version of a purchase, the increment (from 1) that it comes with, and the source that says it."""

    increment: int
    source: str
    line: Landed


class History:
    """Purchases of one customer, from the first one to whatever becomes of it."""

    def __init__(self, draw: Random, contract: Contract, customer: str, increments: int) -> None:
        self._draw, self._contract, self._increments = draw, contract, increments
        self._customer, self._hour, self._increment = customer, 0, draw.randint(1, increments)
        self._day = draw.choice(DAYS)
        self.arrivals: list[Arrival] = []
        self._arrive(self._purchase())
        for event in draw.choices(EVENTS, k=draw.randint(0, 6)):
            self._hour += 1
            self._increment = draw.randint(self._increment, increments)
            getattr(self, f"_{event}")()

    def _correct(self) -> None:
        self._arrive(self._purchase())

    def _repeat(self) -> None:
        again = self._draw.choice(self.arrivals)
        self._arrive(again.line, again.source)

    def _spoil(self) -> None:
        """One to three values that break rules, now and then that of the key."""
        spoilt = dict(self._draw.sample(list(SPOILT), self._draw.randint(1, 3)))
        self._arrive(self._purchase(**spoilt))

    def _delete(self) -> None:
        """Marked with the time of its change, or found to be gone."""
        marked = self._at() if self._draw.random() < 0.5 else None
        gone = deletion(self._customer, self._at(), updated_at=marked) | {"purchase_date": self._day}
        self._arrive(gone, DATABASE)

    def _move(self) -> None:
        """To another day, which may be of another month: the key is another one, the former is deleted."""
        self._delete()
        self._day = self._draw.choice(DAYS)
        self._correct()

    def _late(self) -> None:
        """A version that is older than what came before it, or with it."""
        now, self._hour = self._hour, self._draw.randint(0, self._hour)
        self._correct()
        self._hour = now

    def _timeless(self) -> None:
        self._arrive(self._purchase(updated_at=None))

    def _purchase(self, **values: str | None) -> Landed:
        said: Landed = {
            "customer_id": self._customer,
            "purchase_date": self._day,
            "total_amount": f"{self._draw.choice((self._draw.randrange(1000), 1000, 4321))}.{self._hour:02}",
            "store_location": self._draw.choice(STORES),
            "updated_at": self._at(),
        }
        return landed_row(self._contract.source(API), **(said | values))

    def _at(self) -> str:
        return (START + timedelta(hours=self._hour)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _arrive(self, line: Landed, source: str | None = None) -> None:
        """Two versions that nothing but their content tells apart would be a matter of taste: the second stays away."""
        arrival = Arrival(self._increment, source or self._draw.choice((DATABASE, API)), line)
        if all(_place(other) != _place(arrival) or other == arrival for other in self.arrivals):
            self.arrivals.append(arrival)


def _place(arrival: Arrival) -> tuple[object, ...]:
    line = arrival.line
    return arrival.increment, arrival.source, line["purchase_date"], line["updated_at"], line.get(DELETED_AT)


def histories(seed: int, contract: Contract, customers: int, increments: int) -> list[Arrival]:
    """What comes of that many customers in that many increments, in an order by chance."""
    draw = Random(seed)
    arrivals = [
        arrival
        for number in range(customers)
        for arrival in History(draw, contract, f"C{number:03}", increments).arrivals
    ]
    draw.shuffle(arrivals)
    return arrivals
