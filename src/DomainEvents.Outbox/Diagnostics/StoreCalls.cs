namespace DomainEvents.Outbox.Diagnostics;

/// <summary>What is asked of the store, each of which may fail while the others work.</summary>
[Flags]
internal enum StoreCalls
{
    None = 0,

    /// <summary>To prolong leases, or to give them back.</summary>
    Membership = 1,

    /// <summary>To acknowledge and read.</summary>
    Exchange = 2,

    /// <summary>To listen for what other processes commit.</summary>
    Listen = 4,

    /// <summary>To tell other processes.</summary>
    Notify = 8,

    /// <summary>To remove old events from the log.</summary>
    Purge = 16,

    /// <summary>To count, for the gauges.</summary>
    Count = 32,
}
