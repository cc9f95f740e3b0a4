using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace DomainEvents.Outbox.Serialization;

/// <summary>The JSON of events: what the application sets, and on top of that nothing that readers could understand in different ways.</summary>
internal static class StrictJson
{
    private static readonly string[] Envelope = [nameof(DomainEvent.EventId), nameof(DomainEvent.TenantId)];

    public static JsonSerializerOptions For(JsonSerializerOptions? chosen)
    {
        var options = chosen is null ? Defaults() : new JsonSerializerOptions(chosen);
        options.Converters.Insert(0, new WellFormedStrings(Chosen(options, JsonMetadataServices.StringConverter)));
        options.Converters.Insert(0, new WellFormedCharacters(Chosen(options, JsonMetadataServices.CharConverter)));
        options.TypeInfoResolver = (options.TypeInfoResolver ?? new DefaultJsonTypeInfoResolver()).WithAddedModifier(LeaveOutEnvelope);
#if NET10_0_OR_GREATER
        options.AllowDuplicateProperties = false;
#endif
        options.MakeReadOnly();
        return options;
    }

    /// <summary>The converter of the application, if it has one: it stays, and is checked.</summary>
    private static JsonConverter<T> Chosen<T>(JsonSerializerOptions options, JsonConverter<T> ordinary) =>
        options.Converters.FirstOrDefault(converter => converter.CanConvert(typeof(T))) switch
        {
            JsonConverter<T> converter => converter,
            JsonConverterFactory factory => (JsonConverter<T>?)factory.CreateConverter(typeof(T), options) ?? ordinary,
            _ => ordinary,
        };

    private static JsonSerializerOptions Defaults() => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
#if NET10_0_OR_GREATER
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
#endif
    };

    private static void LeaveOutEnvelope(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object || !type.Type.IsAssignableTo(typeof(DomainEvent)))
        {
            return;
        }

        // A constructor that asks for one of them gets it.
        var asked = type.Type.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
            .SelectMany(constructor => constructor.GetParameters()).Select(parameter => parameter.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var property in type.Properties)
        {
            if (NameInEnvelope(property, type.Options) is { } name && !asked.Contains(name))
            {
                // Not removed: generated code fills it when it makes the object.
                property.ShouldSerialize = static (_, _) => false;
            }
        }
    }

    private static string? NameInEnvelope(JsonPropertyInfo property, JsonSerializerOptions options) =>
        property.AttributeProvider is PropertyInfo member
            ? member.DeclaringType == typeof(DomainEvent) ? Array.Find(Envelope, name => string.Equals(name, member.Name, StringComparison.Ordinal)) : null
            : Array.Find(Envelope, name => string.Equals(options.PropertyNamingPolicy?.ConvertName(name) ?? name, property.Name, StringComparison.Ordinal)); // generated code of .NET 8

#if !NET10_0_OR_GREATER
    /// <exception cref="JsonException">An object has two members of one name.</exception>
    public static void ThrowIfNamesRepeat(ReadOnlySpan<byte> json, JsonReaderOptions reading)
    {
        var reader = new Utf8JsonReader(json, reading);
        var open = new Stack<HashSet<string>>();
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    open.Push(new HashSet<string>(StringComparer.Ordinal));
                    break;
                case JsonTokenType.EndObject:
                    open.Pop();
                    break;
                case JsonTokenType.PropertyName when !open.Peek().Add(reader.GetString()!):
                    throw new JsonException("An object has two members of one name.");
            }
        }
    }
#endif
}
