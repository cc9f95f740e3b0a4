namespace DomainEvents.Outbox.Relay;

/// <summary>An exception as it is stored: in full, but of a length that one can read. <see cref="Delivery.Error"/> makes of it what every database takes.</summary>
internal static class ErrorText
{
    private const int Longest = 32_000;

    public static string Of(Exception exception)
    {
        var text = TextOf(exception);
        return text.Length <= Longest ? text : string.Concat(text.AsSpan(0, Longest), " ...");
    }

    /// <summary>What an exception says of itself is the user's code.</summary>
    private static string TextOf(Exception exception)
    {
        try
        {
            return exception.ToString() ?? "";
        }
#pragma warning disable CA1031 // the failure of the handler is what counts
        catch (Exception)
#pragma warning restore CA1031
        {
            return $"{exception.GetType()}, whose ToString throws";
        }
    }
}
