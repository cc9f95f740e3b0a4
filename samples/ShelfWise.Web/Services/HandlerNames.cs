namespace ShelfWise.Services;

/// <summary>
/// The names of the handlers in logs and reports. They stay when a class is renamed: with an outbox, what has been
/// handled is remembered by them.
/// </summary>
internal static class HandlerNames
{
    public const string ReserveInventory = "reserve-inventory";
    public const string ReturnInventory = "return-inventory";
    public const string SendConfirmation = "send-confirmation";
    public const string UpdateDashboard = "update-dashboard";
    public const string WriteAuditLog = "write-audit-log";
}
