using System.Buffers;
using System.Text;
using System.Text.Json;

namespace DomainEvents.Outbox.Serialization;

/// <summary>
/// Refuses what is no text: lone surrogates, which a writer would silently replace, and U+0000, which not every database and reader takes.
/// </summary>
internal static class WellFormed
{
    /// <exception cref="JsonException">It is no text.</exception>
    public static void Check(ReadOnlySpan<char> value)
    {
        if (value.Contains('\0'))
        {
            throw new JsonException("A string contains U+0000.");
        }

        for (var rest = value; rest.IndexOfAnyInRange('\uD800', '\uDFFF') is >= 0 and var surrogate;)
        {
            rest = rest[surrogate..];
            if (Rune.DecodeFromUtf16(rest, out _, out var length) != OperationStatus.Done)
            {
                throw new JsonException("A string contains a surrogate without its other half.");
            }

            rest = rest[length..];
        }
    }
}
