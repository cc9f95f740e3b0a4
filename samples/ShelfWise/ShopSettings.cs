using ShelfWise.Adapters.Database;
using ShelfWise.Adapters.Diagnostics;
using ShelfWise.Services.Ports;

namespace ShelfWise;

/// <summary>What one shop differs from another in.</summary>
/// <param name="Database">Stays the caller's, who disposes of it after the shop.</param>
/// <param name="Webhook">Where the distributor takes orders.</param>
internal sealed record ShopSettings(ShopDatabase Database, Uri Webhook)
{
    /// <summary>Takes the place of the distributor that is posted to.</summary>
    public IDistributor? Distributor { get; init; }

    /// <summary>Whether this process hands events to handlers; if not, it only looks.</summary>
    public bool RunsRelay { get; init; } = true;

    /// <summary>How long another process waits for this one, once it is silent, before it goes on with the work.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Who tells of every handler call; <see langword="null"/>: nobody.</summary>
    public HandlerJournal? Journal { get; init; }
}
