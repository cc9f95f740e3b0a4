using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;

namespace DomainEvents.Outbox.Serialization;

/// <summary>Between events and what is stored of them. Id and tenant have columns of their own, and are not part of the JSON.</summary>
internal sealed class EventSerializer
{
    private readonly EventTypeRegistry _registry;
    private readonly FrozenDictionary<string, JsonTypeInfo> _types;
    private readonly JsonReaderOptions _reading;
    private readonly int _maxBytes;

    public EventSerializer(EventTypeRegistry registry, IOptions<OutboxOptions> options)
    {
        _registry = registry;
        _maxBytes = options.Value.MaxPayloadBytes;
        var json = StrictJson.For(options.Value.SerializerOptions);
        _reading = new JsonReaderOptions { AllowTrailingCommas = json.AllowTrailingCommas, CommentHandling = json.ReadCommentHandling, MaxDepth = json.MaxDepth };
        _types = registry.All.ToFrozenDictionary(type => type.Name, type => json.GetTypeInfo(type.Type), StringComparer.Ordinal);
    }

    public RegisteredEventType TypeOf(IDomainEvent domainEvent) => _registry.Of(domainEvent);

    /// <exception cref="InvalidOperationException">It cannot be stored: its type is not registered, or its content is no JSON, or too long.</exception>
    public byte[] Write(IDomainEvent domainEvent, RegisteredEventType type)
    {
        byte[] json;
        try
        {
            WellFormed.Check((domainEvent as DomainEvent)?.TenantId);
            json = JsonSerializer.SerializeToUtf8Bytes(domainEvent, _types[type.Name]);
            JsonNumbers.ThrowIfOutOfRange(json, _reading);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            throw new InvalidOperationException($"The event {Describe(domainEvent, type)} cannot be stored: {exception.Message}", exception);
        }

        return json.Length <= _maxBytes ? json : throw new InvalidOperationException(
            $"The event {Describe(domainEvent, type)} cannot be stored: it has {json.Length} bytes, and OutboxOptions.MaxPayloadBytes is " +
            $"{_maxBytes}. Put large content elsewhere and its address into the event, or raise the limit.");
    }

    /// <param name="message">What is stored.</param>
    /// <param name="damage">What the store has found wrong with the row.</param>
    /// <exception cref="InvalidOperationException">What is stored is no event of the type.</exception>
    public IDomainEvent Read(OutboxMessage message, string? damage = null)
    {
        try
        {
            return damage is null ? Read(message) : throw new JsonException(damage);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            throw new InvalidOperationException(
                $"What is stored is no {message.EventType} of version {message.Version}: {exception.Message}", exception);
        }
    }

    private IDomainEvent Read(OutboxMessage message)
    {
        var json = message.Payload.Span;
        if (json.Length > _maxBytes)
        {
            throw new JsonException($"It has {json.Length} bytes, and OutboxOptions.MaxPayloadBytes is {_maxBytes}.");
        }

#if !NET10_0_OR_GREATER
        StrictJson.ThrowIfNamesRepeat(json, _reading);
#endif
        JsonNumbers.ThrowIfOutOfRange(json, _reading);
        var domainEvent = (IDomainEvent?)JsonSerializer.Deserialize(json, _types[message.EventType])
            ?? throw new JsonException("It is null.");
        if (domainEvent is DomainEvent ours)
        {
            ours.Adopt(message.EventId, message.TenantId);
        }

        return domainEvent.EventId == message.EventId ? domainEvent : throw new JsonException(
            "It has another id than it was stored under. A class that implements IDomainEvent itself must read back its EventId: give it an init accessor.");
    }

    private static string Describe(IDomainEvent domainEvent, RegisteredEventType type) =>
        $"{type.Name} ({TypeNames.FullName(domainEvent.GetType())}) {domainEvent.EventId}";
}
