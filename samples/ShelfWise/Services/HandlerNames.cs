namespace ShelfWise.Services;

/// <summary>
/// The names of the handlers, also in the outbox, which remembers by them what is left to do. They stay when a class is renamed.
/// </summary>
internal static class HandlerNames
{
    public const string ReserveInventory = "reserve-inventory";
    public const string SendConfirmation = "send-confirmation";
    public const string NotifyDistributor = "notify-distributor";
    public const string UpdateAnalytics = "update-analytics";
    public const string WriteAuditLog = "write-audit-log";
}
