from decimal import Decimal

import pytest

from simulations.engine import prices
from simulations.engine.rules import number

ROWS = [(key, region) for key, item in prices.book().items.items() for region in item.regions]


@pytest.mark.parametrize(("key", "region"), ROWS)
def test_every_row_is_a_price_with_a_source(key: str, region: str) -> None:
    found = prices.price(key, region)
    assert not found.fallback
    assert found.region == region
    assert found.page.startswith("https://aws.amazon.com/")
    assert found.sources
    assert set(found.sources) <= set(prices.book().sources)
    assert found.status == "memory" or found.as_of
    assert all(type(tier.price) is Decimal for tier in found.tiers)
    assert all(tier.price >= 0 for tier in found.tiers)


@pytest.mark.parametrize(("key", "region"), ROWS)
def test_tiers_rise_and_the_last_has_no_end(key: str, region: str) -> None:
    tiers = prices.price(key, region).tiers
    ends = [tier.up_to for tier in tiers]
    assert ends[-1] is None
    bounded = [end for end in ends if end is not None]
    assert len(bounded) == len(ends) - 1
    assert bounded == sorted(set(bounded))


def test_a_row_has_either_one_price_or_tiers() -> None:
    for item in prices.book().items.values():
        for row in item.regions.values():
            assert (row.price is None) == bool(row.tiers)


def test_money_survives_reading_exactly() -> None:
    assert prices.price("lambda.duration.x86").first == Decimal("0.0000166667")
    assert prices.price("lambda.requests").first == Decimal("0.0000002")


def test_every_source_is_used_or_named_by_a_billing_rule() -> None:
    book = prices.book()
    used = {source for item in book.items.values() for row in item.regions.values() for source in row.sources}
    used |= set(book.sqs_polling.sources) | set(book.billing.initialization.sources)
    used |= set(book.billing.asynchronous_request.sources) | set(book.billing.alb.sources)
    assert used == set(book.sources)


def test_a_region_without_a_price_of_its_own_falls_back_and_says_so() -> None:
    stand_in = prices.price("sqs.standard", "ap-south-1")
    assert stand_in.fallback
    assert stand_in.region == prices.HOME_REGION
    assert stand_in.tiers == prices.price("sqs.standard").tiers


def test_an_unknown_key_names_the_nearest() -> None:
    with pytest.raises(prices.UnknownPriceError, match=r"sqs\.standard") as caught:
        prices.price("sqs.standart")
    assert caught.value.kind == "key"
    assert caught.value.nearest[0] == "sqs.standard"


def test_an_unknown_region_names_the_nearest() -> None:
    with pytest.raises(prices.UnknownPriceError, match="eu-west-1") as caught:
        prices.price("sqs.standard", "eu-west-9")
    assert caught.value.kind == "region"


def test_an_item_that_us_east_1_lacks_names_where_it_is_known() -> None:
    only_elsewhere = next(key for key, item in prices.book().items.items() if prices.HOME_REGION not in item.regions)
    with pytest.raises(prices.UnknownPriceError) as caught:
        prices.price(only_elsewhere, "us-east-1")
    assert set(caught.value.nearest) <= set(prices.book().items[only_elsewhere].regions)


@pytest.mark.parametrize(
    ("quantity", "dollars"),
    [
        (0, "0"),
        (1, "0.0000166667"),
        (6_000_000_000, "100000.2"),
        (6_000_000_001, "100000.200015"),
        (15_000_000_000, "235000.2"),
        (16_000_000_000, "248333.6"),
    ],
)
def test_each_tier_bills_only_what_lies_in_it(quantity: int, dollars: str) -> None:
    assert prices.amount(prices.price("lambda.duration.x86"), quantity) == Decimal(dollars)


def test_amounts_of_parts_of_a_unit_are_exact() -> None:
    assert prices.amount(prices.price("lambda.duration.arm"), Decimal("0.0625")) == Decimal("0.0625") * Decimal(
        "0.0000133334"
    )


def test_a_negative_quantity_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        prices.amount(prices.price("lambda.requests"), -1)


def test_prices_and_rules_poll_the_same_way() -> None:
    polling = prices.book().sqs_polling
    assert polling.pollers == number("SQS-11", "start")
    assert polling.fewest_pollers == number("SQS-11", "low")
    assert polling.long_poll_s == number("SQS-10", "long_poll_s")
    assert polling.receive_maximum == number("SQS-1", "receive_maximum")
    assert prices.book().conventions.billing_step_ms == number("INIT-5", "billing_step_ms")


def test_an_idle_queue_costs_what_its_polling_costs() -> None:
    book = prices.book()
    polls = book.sqs_polling.pollers * 3600 // book.sqs_polling.long_poll_s * book.conventions.hours_per_month
    assert polls == 657_000
    assert prices.amount(prices.price("sqs.standard"), polls) == Decimal("0.2628")
