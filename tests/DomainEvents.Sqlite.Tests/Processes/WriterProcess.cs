using System.Diagnostics;
using System.Globalization;
using System.Text;
using DomainEvents.Outbox;
using DomainEvents.Sqlite.Connections;
using DomainEvents.Sqlite.Storage;
using DomainEvents.TestSupport.Databases;

namespace DomainEvents.Sqlite.Tests;

/// <summary>Another process that writes events, one by one, and says so after each.</summary>
internal static class WriterProcess
{
    public static Process Start(string connectionString, int events)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, UseShellExecute = false };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(typeof(WriterProcess).Assembly.Location);
        start.ArgumentList.Add(connectionString);
        start.ArgumentList.Add(events.ToString(CultureInfo.InvariantCulture));
        if (!Path.GetFileNameWithoutExtension(start.FileName).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
        {
            start.FileName = "dotnet";
        }

        return Process.Start(start)!;
    }

    private static async Task Main(string[] arguments)
    {
        SqliteLibrary.Initialize();
        using var store = new SqliteOutboxStore(new DatabaseFile(arguments[0]), new OutboxOptions());
        for (var number = 0; number < int.Parse(arguments[1], CultureInfo.InvariantCulture); number++)
        {
            await store.WriteAsync([Message(number)], transaction: null, synchronous: false);
            await Console.Out.WriteLineAsync(number.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static OutboxMessage Message(int number) => new()
    {
        EventId = Guid.NewGuid(),
        EventType = "order-placed",
        Payload = Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture)),
        Stream = "order-1",
        Partition = 1,
        OccurredAt = DateTimeOffset.UnixEpoch,
    };
}
