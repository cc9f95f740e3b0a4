using System.Text;

namespace DomainEvents.Outbox.Relay;

/// <summary>An exception as it is stored: in full, but as text that every database takes, and of a length that one can read.</summary>
internal static class ErrorText
{
    private const int Longest = 32_000;

    public static string Of(Exception exception)
    {
        var text = TextOf(exception);
        if (text.Length > Longest)
        {
            text = string.Concat(text.AsSpan(0, Longest), " ...");
        }

        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', '\uFFFD'); // lone surrogates become U+FFFD as well
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
