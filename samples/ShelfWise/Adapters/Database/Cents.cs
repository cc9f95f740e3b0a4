namespace ShelfWise.Adapters.Database;

/// <summary>Amounts as they are stored.</summary>
internal static class Cents
{
    /// <exception cref="OverflowException">The amount is beyond what the database can hold.</exception>
    public static long Of(decimal amount) => decimal.ToInt64(amount * 100);

    public static decimal ToAmount(long cents) => cents / 100m;
}
