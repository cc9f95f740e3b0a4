using System.Globalization;

namespace ShelfWise.Domain;

/// <summary>An amount in one of the currencies that the shop takes.</summary>
internal readonly record struct Money
{
    /// <summary>ISO 4217 codes. All of them have two decimal places.</summary>
    public static readonly IReadOnlyList<string> Currencies = ["EUR", "GBP", "USD"];

    private const decimal Highest = 1_000_000;

    private Money(decimal amount, string currency) => (Amount, Currency) = (amount, currency);

    public decimal Amount { get; }

    public string Currency { get; }

    public static Money Of(decimal amount, string currency)
    {
        if (!Currencies.Contains(currency))
        {
            throw new OrderRefusedException(
                RefusalReason.UnknownCurrency, $"currency '{currency}' is none of {string.Join(", ", Currencies)}");
        }

        if (amount is <= 0 or > Highest || decimal.Round(amount, 2) != amount)
        {
            throw new OrderRefusedException(
                RefusalReason.InvalidPrice, string.Create(CultureInfo.InvariantCulture, $"a price of {amount} {currency} cannot be paid"));
        }

        return new Money(amount, currency);
    }

    public static Money operator *(Money price, int quantity) => new(price.Amount * quantity, price.Currency);
}
