using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using DomainEvents.Outbox.Serialization;
using Microsoft.Extensions.Options;

namespace DomainEvents.Outbox.Tests.Serialization;

[EventType("shop.parcel-sent", Version = 3)]
internal sealed record ParcelSent(string Address, int Weight, double Volume) : DomainEvent
{
    public Dictionary<string, string> Labels { get; init; } = [];

    public char Shelf { get; init; } = 'A';

    public Node? Nested { get; init; }
}

internal sealed class Node(Node? inner)
{
    public Node? Inner => inner;
}

/// <summary>An event of somebody who has another base class.</summary>
[EventType("legacy.happened")]
internal sealed class LegacyEvent : IDomainEvent
{
    public Guid EventId { get; init; } = Guid.NewGuid();

    public DateTimeOffset OccurredAt { get; init; } = DateTimeOffset.UnixEpoch;

    public string What { get; init; } = "";
}

/// <summary>Makes a new id each time it is made, also when it is read.</summary>
[EventType("legacy.forgetful")]
internal sealed class ForgetfulEvent : IDomainEvent
{
    public Guid EventId { get; } = Guid.NewGuid();

    public DateTimeOffset OccurredAt { get; } = DateTimeOffset.UnixEpoch;
}

[EventType("shop.order-changed")]
internal record OrderChanged(int Number) : DomainEvent;

[EventType("shop.order-split")]
internal sealed record OrderSplit(int Number, int Parts) : OrderChanged(Number);

/// <summary>Asks its constructor for what the envelope has.</summary>
[EventType("shop.tenant-moved")]
internal sealed record TenantMoved : DomainEvent
{
    public TenantMoved(string? tenantId, string to)
    {
        TenantId = tenantId;
        To = to;
    }

    public string To { get; }
}

/// <summary>Writes itself.</summary>
[EventType("shop.counted")]
[JsonConverter(typeof(Converter))]
internal sealed record Counted(int Count) : DomainEvent
{
    internal sealed class Converter : JsonConverter<Counted>
    {
        public override Counted Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetInt32());

        public override void Write(Utf8JsonWriter writer, Counted value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Count);
    }
}

[EventType("shop.broken")]
internal sealed record Broken : DomainEvent
{
    public string Content => throw new NotImplementedException("not yet");
}

[EventType("shop.any")]
internal sealed record Anything(object? Value) : DomainEvent;

[JsonSerializable(typeof(ParcelSent))]
[JsonSerializable(typeof(OrderChanged))]
internal sealed partial class ShopJson : JsonSerializerContext;

internal static class Serializing
{
    private static readonly Type[] Types =
    [
        typeof(ParcelSent), typeof(LegacyEvent), typeof(ForgetfulEvent), typeof(OrderChanged), typeof(OrderSplit), typeof(TenantMoved),
        typeof(Counted), typeof(Broken), typeof(Anything),
    ];

    public static EventSerializer Serializer(Action<OutboxOptions>? configure = null, params Type[] types)
    {
        var options = new OutboxOptions();
        configure?.Invoke(options);
        return new EventSerializer(new EventTypeRegistry(types.Length == 0 ? Types : types), Options.Create(options));
    }

    public static string Json(this EventSerializer serializer, IDomainEvent domainEvent) =>
        Encoding.UTF8.GetString(serializer.Write(domainEvent, serializer.TypeOf(domainEvent)));

    public static OutboxMessage Stored(this EventSerializer serializer, IDomainEvent domainEvent)
    {
        var type = serializer.TypeOf(domainEvent);
        return Relay.Stored.Event(type.Name, serializer.Write(domainEvent, type)) with
        {
            EventId = domainEvent.EventId,
            Version = type.Version,
            TenantId = (domainEvent as DomainEvent)?.TenantId,
        };
    }

    public static T RoundTrip<T>(this EventSerializer serializer, T domainEvent)
        where T : class, IDomainEvent => serializer.Read(serializer.Stored(domainEvent)).Should().BeOfType<T>().Subject;
}
