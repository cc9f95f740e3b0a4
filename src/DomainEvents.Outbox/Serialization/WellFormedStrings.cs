using System.Text.Json;
using System.Text.Json.Serialization;

namespace DomainEvents.Outbox.Serialization;

/// <summary>Strings that are text, as values and as names.</summary>
internal sealed class WellFormedStrings(JsonConverter<string?> inner) : JsonConverter<string>
{
    public override bool HandleNull => inner.HandleNull;

    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Checked(inner.Read(ref reader, typeToConvert, options));

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        inner.Write(writer, Checked(value)!, options);

    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Checked(inner.ReadAsPropertyName(ref reader, typeToConvert, options))!;

    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        inner.WriteAsPropertyName(writer, Checked(value)!, options);

    private static string? Checked(string? value)
    {
        WellFormed.Check(value);
        return value;
    }
}
