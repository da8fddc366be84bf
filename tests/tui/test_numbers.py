from decimal import Decimal

from wiretally.tui import numbers


def test_unknown_is_never_zero() -> None:
    for shown in (numbers.count(None), numbers.money(None), numbers.price(None), numbers.milliseconds(None)):
        assert shown == "–"
    assert numbers.percent(0, 0) == "–"
    assert numbers.span(None) == numbers.size(None) == numbers.short(None) == numbers.spend(None) == "–"


def test_money_that_was_spent_never_reads_as_nothing() -> None:
    assert numbers.price(Decimal("0.00000125")) == "<.0001"
    assert numbers.price(Decimal("0.00005"), estimated=True) == "~<.0001"
    assert numbers.money(Decimal("0.000001")) == "<$0.0001"
    assert numbers.price(Decimal(0)) == "0.0000"


def test_estimates_carry_their_mark() -> None:
    assert numbers.count(212, estimated=True) == "~212"
    assert numbers.price(Decimal("0.0031"), estimated=True) == "~0.0031"
    assert numbers.money(Decimal("1.5"), 2, estimated=True) == "~$1.50"


def test_sums_grow_without_growing_wide() -> None:
    assert [numbers.spend(Decimal(value)) for value in ("0.0412", "12.346", "1204.4")] == [
        "$0.0412",
        "$12.35",
        "$1,204",
    ]
    assert [numbers.short(value) for value in (0, 9_999, 412_034, 2_500_000, 3e9)] == [
        "0", "9,999", "412k", "2.5M", "3.0G",
    ]  # fmt: skip


def test_times_name_their_unit() -> None:
    assert [numbers.milliseconds(value) for value in (3, 405, 31_040, 192_000)] == ["3ms", "0.41s", "31.0s", "3m12s"]
    assert [numbers.span(value) for value in (45, 95, 5460, 200_000)] == ["45s", "1m35s", "1h31m", "2d7h"]
    assert numbers.tenths(4102) == "4.1s"


def test_sizes() -> None:
    assert [numbers.size(value) for value in (512, 1536, 3 * 1024**2, 5 * 1024**3)] == [
        "512 B", "1.5 KiB", "3.0 MiB", "5.0 GiB",
    ]  # fmt: skip


def test_a_moment_long_ago_shows_its_day() -> None:
    now = 1_790_000_000.0
    assert numbers.moment(now - 30, now) == numbers.clock(now - 30)
    assert len(numbers.moment(now - 3 * 86_400, now).split("-")) == 2
    assert len(numbers.moment(now - 500 * 86_400, now).split("-")) == 3


def test_one_is_singular() -> None:
    assert [numbers.counted(number, "call") for number in (0, 1, 5120)] == ["0 calls", "1 call", "5,120 calls"]
