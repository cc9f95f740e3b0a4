using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DomainEvents.Outbox.Serialization;

/// <summary>
/// Refuses what is no text: lone surrogates, which a writer would silently replace, and U+0000, which not every database and reader takes.
/// </summary>
internal sealed class WellFormedStrings : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString() is { } value ? Checked(value) : null; // throws for surrogates itself

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Checked(value));

    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Checked(reader.GetString()!);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WritePropertyName(Checked(value));

    private static string Checked(string value)
    {
        if (value.Contains('\0', StringComparison.Ordinal))
        {
            throw new JsonException("A string contains U+0000.");
        }

        for (var rest = value.AsSpan(); !rest.IsEmpty;)
        {
            var surrogate = rest.IndexOfAnyInRange('\uD800', '\uDFFF');
            if (surrogate < 0)
            {
                break;
            }

            rest = rest[surrogate..];
            if (Rune.DecodeFromUtf16(rest, out _, out var length) != System.Buffers.OperationStatus.Done)
            {
                throw new JsonException("A string contains a surrogate without its other half.");
            }

            rest = rest[length..];
        }

        return value;
    }
}
