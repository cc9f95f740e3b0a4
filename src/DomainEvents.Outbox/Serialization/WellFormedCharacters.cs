using System.Text.Json;
using System.Text.Json.Serialization;

namespace DomainEvents.Outbox.Serialization;

/// <summary>Characters that are text by themselves, as values and as names.</summary>
internal sealed class WellFormedCharacters(JsonConverter<char> inner) : JsonConverter<char>
{
    public override char Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Checked(inner.Read(ref reader, typeToConvert, options));

    public override void Write(Utf8JsonWriter writer, char value, JsonSerializerOptions options) =>
        inner.Write(writer, Checked(value), options);

    public override char ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Checked(inner.ReadAsPropertyName(ref reader, typeToConvert, options));

    public override void WriteAsPropertyName(Utf8JsonWriter writer, char value, JsonSerializerOptions options) =>
        inner.WriteAsPropertyName(writer, Checked(value), options);

    private static char Checked(char value)
    {
        WellFormed.Check(new ReadOnlySpan<char>(in value));
        return value;
    }
}
