using System.Globalization;
using System.Text;
using DomainEvents.Outbox;
using DomainEvents.Outbox.Conformance;

namespace DomainEvents.Sqlite.Tests;

/// <summary>A real second process on the same file.</summary>
public sealed class OtherProcessTests : IAsyncLifetime
{
    private SqliteOutboxDatabase _database = null!;
    private readonly HandlerAnnouncement _mail = new("mail", "order-placed");

    public async Task InitializeAsync() => _database = await SqliteOutboxDatabase.CreateAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task What_another_process_writes_is_relayed_here_in_its_order()
    {
        const int Events = 60;
        var relay = new TestRelay(_database.CreateStore(), "a", _mail);
        await relay.RenewAsync();
        using var writer = WriterProcess.Start(_database.ConnectionString, Events);
        var seen = new List<int>();

        while (await writer.StandardOutput.ReadLineAsync() is not null)
        {
            seen.AddRange(await RelayAsync(relay)); // acknowledges while the other one writes
        }

        await writer.WaitForExitAsync();
        seen.AddRange(await RelayAsync(relay));
        writer.ExitCode.Should().Be(0);
        seen.Should().Equal(Enumerable.Range(0, Events));
    }

    [Fact]
    public async Task A_process_that_is_killed_while_it_writes_has_written_what_it_was_told_is_written()
    {
        var relay = new TestRelay(_database.CreateStore(), "a", _mail);
        await relay.RenewAsync();
        using var writer = WriterProcess.Start(_database.ConnectionString, int.MaxValue);
        for (var number = 0; number < 25; number++)
        {
            await writer.StandardOutput.ReadLineAsync();
        }

        writer.Kill();
        var told = 25;
        while (await writer.StandardOutput.ReadLineAsync() is not null)
        {
            told++;
        }

        await writer.WaitForExitAsync();
        var seen = new List<int>();
        while (await RelayAsync(relay) is { Count: > 0 } more)
        {
            seen.AddRange(more);
        }

        seen.Should().Equal(Enumerable.Range(0, seen.Count));
        seen.Count.Should().BeInRange(told, told + 1, "the last one may be written while nobody has been told");
    }

    private static async Task<List<int>> RelayAsync(TestRelay relay)
    {
        var entries = await relay.ReadEventsAsync();
        if (entries.Count > 0)
        {
            await relay.AcknowledgeAllAsync(entries);
        }

        return [.. entries.Select(entry => int.Parse(Encoding.UTF8.GetString(entry.Message.Payload.Span), CultureInfo.InvariantCulture))];
    }
}
