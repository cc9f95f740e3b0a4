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
    private readonly int _maxBytes;

    public EventSerializer(EventTypeRegistry registry, IOptions<OutboxOptions> options)
    {
        _registry = registry;
        _maxBytes = options.Value.MaxPayloadBytes;
        var json = StrictJson.For(options.Value.SerializerOptions);
        _types = registry.All.ToFrozenDictionary(type => type.Name, type => json.GetTypeInfo(type.Type), StringComparer.Ordinal);
    }

    public RegisteredEventType TypeOf(IDomainEvent domainEvent) => _registry.Of(domainEvent);

    /// <exception cref="InvalidOperationException">It cannot be stored: its type is not registered, or its content is no JSON, or too long.</exception>
    public byte[] Write(IDomainEvent domainEvent, RegisteredEventType type)
    {
        byte[] json;
        try
        {
            json = JsonSerializer.SerializeToUtf8Bytes(domainEvent, _types[type.Name]);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException or ArgumentException or InvalidOperationException)
        {
            throw new InvalidOperationException($"The event {Describe(domainEvent, type)} cannot be stored: {exception.Message}", exception);
        }

        return json.Length <= _maxBytes ? json : throw new InvalidOperationException(
            $"The event {Describe(domainEvent, type)} cannot be stored: it has {json.Length} bytes, and OutboxOptions.MaxPayloadBytes is " +
            $"{_maxBytes}. Put large content elsewhere and its address into the event, or raise the limit.");
    }

    /// <exception cref="InvalidOperationException">What is stored is no event of the type.</exception>
    public IDomainEvent Read(OutboxMessage message)
    {
        if (message.Payload.Length > _maxBytes)
        {
            throw new InvalidOperationException(
                $"The stored event has {message.Payload.Length} bytes, and OutboxOptions.MaxPayloadBytes is {_maxBytes}.");
        }

        try
        {
#if !NET10_0_OR_GREATER
            StrictJson.ThrowIfNamesRepeat(message.Payload.Span);
#endif
            var domainEvent = (IDomainEvent?)JsonSerializer.Deserialize(message.Payload.Span, _types[message.EventType])
                ?? throw new JsonException("It is null.");
            if (domainEvent is DomainEvent ours)
            {
                ours.Adopt(message.EventId, message.TenantId);
            }

            return domainEvent.EventId == message.EventId ? domainEvent : throw new JsonException(
                "It has another id than it was stored under. A class that implements IDomainEvent itself must read back its EventId: give it an init accessor.");
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            throw new InvalidOperationException(
                $"What is stored is no {message.EventType} of version {message.Version}: {exception.Message}", exception);
        }
    }

    private static string Describe(IDomainEvent domainEvent, RegisteredEventType type) =>
        $"{type.Name} ({TypeNames.FullName(domainEvent.GetType())}) {domainEvent.EventId}";
}
