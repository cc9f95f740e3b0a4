using System.Reflection;
using DomainEvents.Benchmarks.Reports;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace DomainEvents.Benchmarks.Saves;

/// <summary>A PostgreSQL database of its own, and one pool of connections for all cases.</summary>
internal static class SaveDatabase
{
    private const string Variable = "DOMAIN_EVENTS_POSTGRES";

    public static async Task<int> RunAsync(string command, string[] args, Func<NpgsqlDataSource, Task> measureAsync)
    {
        var connectionString = args is [var given] ? given : Environment.GetEnvironmentVariable(Variable);
        if (args.Length > 1 || string.IsNullOrEmpty(connectionString))
        {
            await Console.Error.WriteLineAsync(
                $"Usage: dotnet run -c Release --project benchmarks/DomainEvents.Benchmarks -- {command} [connection string]\n" +
                "It needs a PostgreSQL server, and a user who may create a database there: a connection string as the argument or in\n" +
                $"{Variable}, such as Host=127.0.0.1;Username=postgres;Database=postgres. One of its own starts with\n" +
                "  . .ci/postgres.sh; postgres_start    and stops with    postgres_stop");
            return 2;
        }

        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Database = $"domain_events_benchmark_{Guid.NewGuid():N}" };
        await using var database = NpgsqlDataSource.Create(settings);
        await using var context = new ParcelsContext(new DbContextOptionsBuilder<ParcelsContext>().UseNpgsql(database).Options);
        await context.Database.EnsureCreatedAsync();
        try
        {
            await WriteHeadingAsync(database);
            await measureAsync(database);
        }
        finally
        {
            await context.Database.EnsureDeletedAsync();
        }

        return 0;
    }

    private static async Task WriteHeadingAsync(NpgsqlDataSource database)
    {
        var entityFramework = typeof(DbContext).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        Console.WriteLine(
            $"{RatioReport.Machine()}; Entity Framework Core {entityFramework.Split('+')[0]}; " +
            $"PostgreSQL {await ShowAsync("server_version")}, fsync {await ShowAsync("fsync")}, " +
            $"synchronous_commit {await ShowAsync("synchronous_commit")}.\n");

        async Task<object?> ShowAsync(string setting)
        {
            await using var command = database.CreateCommand($"SHOW {setting}");
            return await command.ExecuteScalarAsync();
        }
    }
}
