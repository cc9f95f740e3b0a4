using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace ShelfWise.EntryPoints;

/// <summary>Where the shop's PostgreSQL is: the option --connection, else the environment variable DOMAIN_EVENTS_POSTGRES.</summary>
internal static class ShopConnection
{
    private const string HowTo = """
        Name a PostgreSQL server in either way:

          dotnet run --project samples/ShelfWise.Web -- --connection "Host=127.0.0.1;Username=postgres;Database=shop"
          DOMAIN_EVENTS_POSTGRES="Host=127.0.0.1;Username=postgres;Database=shop" dotnet run --project samples/ShelfWise.Web

        A database that does not exist is created. The tables go into a schema of their own, shelfwise.
        """;

    /// <returns>Whether there is one; if not, <paramref name="problem"/> says what to do.</returns>
    public static bool TryFind(
        IConfiguration configuration, [NotNullWhen(true)] out string? connection, [NotNullWhen(false)] out string? problem)
    {
        connection = new[] { configuration["connection"], configuration["DOMAIN_EVENTS_POSTGRES"] }
            .FirstOrDefault(text => !string.IsNullOrWhiteSpace(text));
        try
        {
            problem = connection is null ? $"shelfwise-web: no database is named. {HowTo}"
                : string.IsNullOrEmpty(new NpgsqlConnectionStringBuilder(connection).Host) ? $"shelfwise-web: the connection string has no Host. {HowTo}"
                : null;
        }
        catch (ArgumentException malformed)
        {
            problem = $"shelfwise-web: the connection string is malformed: {malformed.Message} {HowTo}";
        }

        return problem is null && connection is not null;
    }
}
