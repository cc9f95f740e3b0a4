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
        foreach (var property in type.Properties.Where(property => IsEnvelope(property) && !asked.Contains(((MemberInfo)property.AttributeProvider!).Name)).ToList())
        {
            type.Properties.Remove(property);
        }
    }

    private static bool IsEnvelope(JsonPropertyInfo property) =>
        property.AttributeProvider is PropertyInfo member
        && member.DeclaringType == typeof(DomainEvent)
        && Envelope.Contains(member.Name, StringComparer.Ordinal);

    /// <summary>A number that is too large for a double would be read as infinity, which no JSON can say.</summary>
    /// <exception cref="JsonException">There is such a number.</exception>
    public static void ThrowIfNumbersOverflow(ReadOnlySpan<byte> json, JsonReaderOptions reading)
    {
        if (!MayOverflow(json))
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

    /// <summary>Whether to look closer: there are three digits of an exponent, or more digits than a double has. Rare, but for some hexadecimal text.</summary>
    private static bool MayOverflow(ReadOnlySpan<byte> json)
    {
        const int LongestNumber = 309;
        for (var i = LongestNumber - 1; i < json.Length; i += LongestNumber)
        {
            if (char.IsAsciiDigit((char)json[i]))
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

    private static bool HasLongExponent(ReadOnlySpan<byte> json)
    {
        var digits = json.Length > 0 && json[0] == '+' ? json[1..] : json;
        return digits.Length >= 3 && char.IsAsciiDigit((char)digits[0]) && char.IsAsciiDigit((char)digits[1]) && char.IsAsciiDigit((char)digits[2]);
    }

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
