using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace DomainEvents.Outbox.Serialization;

/// <summary>The JSON of events: what the application sets, and on top of that nothing that readers could understand in different ways.</summary>
internal static class StrictJson
{
    private static readonly string[] Envelope = [nameof(DomainEvent.EventId), nameof(DomainEvent.TenantId)];

    public static JsonSerializerOptions For(JsonSerializerOptions? chosen)
    {
        var options = chosen is null ? Defaults() : new JsonSerializerOptions(chosen);
        options.Converters.Insert(0, new WellFormedStrings());
        options.TypeInfoResolver = (options.TypeInfoResolver ?? new DefaultJsonTypeInfoResolver()).WithAddedModifier(LeaveOutEnvelope);
#if NET10_0_OR_GREATER
        options.AllowDuplicateProperties = false;
#endif
        options.MakeReadOnly();
        return options;
    }

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

        foreach (var property in type.Properties.Where(IsEnvelope).ToList())
        {
            type.Properties.Remove(property);
        }
    }

    private static bool IsEnvelope(JsonPropertyInfo property) =>
        property.AttributeProvider is System.Reflection.PropertyInfo member
        && member.DeclaringType == typeof(DomainEvent)
        && Envelope.Contains(member.Name, StringComparer.Ordinal);

#if !NET10_0_OR_GREATER
    /// <exception cref="JsonException">An object has two members of one name.</exception>
    public static void ThrowIfNamesRepeat(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
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
