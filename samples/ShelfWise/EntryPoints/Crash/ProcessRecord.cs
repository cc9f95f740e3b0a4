namespace ShelfWise.EntryPoints.Crash;

/// <summary>How a process did.</summary>
/// <param name="OrdersPlaced">Orders in the table that were not there before.</param>
/// <param name="Calls">Its handler calls.</param>
/// <param name="LeftInOutbox">Events and retries that it left to the next one.</param>
/// <param name="WasKilled">Whether it was killed.</param>
/// <param name="ExitCode">What the system says of its end.</param>
internal sealed record ProcessRecord(int OrdersPlaced, CallCounts Calls, long LeftInOutbox, bool WasKilled, int ExitCode);
