"""What quantities cost: `make_bill` turns them into lines, `price_use` reads a month of services and prices it.

Structs of what services count stand in `functions`, `messaging`, `streams` and `front_doors`.
"""

from simulations.engine.billing.bill import Bill, LineItem, Quantity, make_bill, plain, total
from simulations.engine.billing.schema import use_schema
from simulations.engine.billing.usage import PriceAnswer, UseErrors, price_use

__all__ = [
    "Bill",
    "LineItem",
    "PriceAnswer",
    "Quantity",
    "UseErrors",
    "make_bill",
    "plain",
    "price_use",
    "total",
    "use_schema",
]
