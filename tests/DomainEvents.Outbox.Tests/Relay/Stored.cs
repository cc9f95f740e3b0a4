using System.Text;

namespace DomainEvents.Outbox.Tests.Relay;

/// <summary>What another process has left in the outbox, in whatever shape.</summary>
internal static class Stored
{
    public static OutboxMessage Event(string type, string json) => Event(type, Encoding.UTF8.GetBytes(json));

    public static OutboxMessage Event(string type, byte[] payload)
    {
        var id = Guid.NewGuid();
        return new OutboxMessage
        {
            EventId = id,
            EventType = type,
            Payload = payload,
            Stream = $"{id}",
            Partition = 5,
            OccurredAt = DateTimeOffset.UnixEpoch,
        };
    }
}
