using ShelfWise.Adapters.Database;

namespace ShelfWise.EntryPoints;

/// <summary>The figures over HTTP.</summary>
internal static class DashboardEndpoint
{
    public static void MapDashboard(this IEndpointRouteBuilder endpoints) => endpoints
        .MapGet("/dashboard", (DashboardQuery query, CancellationToken cancellationToken) => query.ReadAsync(cancellationToken))
        .WithTags("Dashboard")
        .WithName("GetDashboard")
        .WithSummary("Shows what has been sold, cancelled and confirmed");
}
