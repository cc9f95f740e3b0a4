namespace ShelfWise.Domain;

/// <summary>The shop does not take an order, for a reason that the customer can be told.</summary>
internal sealed class OrderRefusedException(RefusalReason reason, string message) : Exception(message)
{
    public RefusalReason Reason { get; } = reason;
}
