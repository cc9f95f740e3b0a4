using System.Text.Json;

namespace DomainEvents.Outbox.Serialization;

/// <summary>A number that is too large for a double would be read as infinity, which no JSON can say.</summary>
internal static class JsonNumbers
{
    /// <summary>The digits of the largest double.</summary>
    private const int LongestNumber = 309;

    /// <exception cref="JsonException">There is such a number.</exception>
    public static void ThrowIfOutOfRange(ReadOnlySpan<byte> json, JsonReaderOptions reading)
    {
        if (!MayExceed(json))
        {
            return;
        }

        var reader = new Utf8JsonReader(json, reading);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.Number && !(reader.TryGetDouble(out var number) && double.IsFinite(number)))
            {
                throw new JsonException("A number is out of range.");
            }
        }
    }

    /// <summary>Whether to look closer, which is rare: three digits of an exponent, or very many digits, are there, be it in a text.</summary>
    private static bool MayExceed(ReadOnlySpan<byte> json)
    {
        for (var i = LongestNumber - 1; i < json.Length; i += LongestNumber)
        {
            if (IsInLongNumber(json, i))
            {
                return true;
            }
        }

        for (var rest = json; rest.IndexOfAny((byte)'e', (byte)'E') is >= 0 and var at; rest = rest[(at + 1)..])
        {
            if (at > 0 && char.IsAsciiDigit((char)rest[at - 1]) && HasLongExponent(rest[(at + 1)..]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsInLongNumber(ReadOnlySpan<byte> json, int at)
    {
        var digits = json[(json[..at].LastIndexOfAnyExceptInRange((byte)'0', (byte)'9') + 1)..];
        var length = digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return (length < 0 ? digits.Length : length) >= LongestNumber;
    }

    private static bool HasLongExponent(ReadOnlySpan<byte> json)
    {
        var digits = json.Length > 0 && json[0] == '+' ? json[1..] : json;
        return digits.Length >= 3 && digits[..3].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
    }
}
