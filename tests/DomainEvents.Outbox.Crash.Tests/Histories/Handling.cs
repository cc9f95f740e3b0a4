namespace DomainEvents.Outbox.Crash.Tests.Histories;

/// <summary>One call of a handler.</summary>
internal sealed record Handling(
    string EventId, string Handler, int Customer, int Number, string Process, int Partition, long Epoch, long Position, long Began, long? Ended)
{
    public string What => $"order {Customer}/{Number} (position {Position}, partition {Partition}, event {EventId}) by {Handler}";

    public override string ToString() => $"{Process}@{Epoch} [{Began}..{(Ended is { } ended ? $"{ended}" : "never")}]";
}
