using DomainEvents.Outbox;
using DomainEvents.TestSupport.Databases;
using Npgsql;

namespace DomainEvents.PostgreSql.Tests.WakeUp;

public sealed class WakeUpTests : PostgreSqlTest
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [PostgreSqlFact]
    public async Task It_wakes_when_it_begins_to_listen_and_when_another_process_calls()
    {
        using var signal = new SemaphoreSlim(0);
        using var stop = new CancellationTokenSource();
        var listening = ListenAsync(signal, stop.Token);
        await ShouldWakeAsync(signal, listening);

        await using var other = NpgsqlDataSource.Create(Database.ConnectionString);
        await new PostgreSqlOutboxWakeUp(other, new OutboxOptions { Schema = Database.Name }).NotifyAsync();

        await ShouldWakeAsync(signal, listening);
        await stop.CancelAsync();
        await FluentActions.Awaiting(() => listening).Should().ThrowAsync<OperationCanceledException>();
    }

    [PostgreSqlFact]
    public async Task The_outbox_of_another_schema_wakes_nobody()
    {
        var schema = Database.AddSchema("other " + Database.Name);
        await Database.CreateSchema(options => options.Schema = schema).EnsureCreatedAsync();
        using var signal = new SemaphoreSlim(0);
        using var stop = new CancellationTokenSource();
        var listening = ListenAsync(signal, stop.Token);
        await ShouldWakeAsync(signal, listening);

        await new PostgreSqlOutboxWakeUp(Database.DataSource, new OutboxOptions { Schema = schema }).NotifyAsync();
        await new PostgreSqlOutboxWakeUp(Database.DataSource, new OutboxOptions()).NotifyAsync();

        await ShouldWakeAsync(signal, listening);
        signal.CurrentCount.Should().Be(0, "notifications come in their order, and only one was for it");
        await stop.CancelAsync();
        await FluentActions.Awaiting(() => listening).Should().ThrowAsync<OperationCanceledException>();
    }

    [PostgreSqlFact]
    public async Task A_connection_that_is_lost_ends_the_listening()
    {
        using var signal = new SemaphoreSlim(0);
        var listening = ListenAsync(signal, CancellationToken.None);
        await ShouldWakeAsync(signal, listening);

        await KillAllAsync();

        await FluentActions.Awaiting(() => listening.WaitAsync(Patience)).Should().ThrowAsync<NpgsqlException>();
    }

    [PostgreSqlFact]
    public async Task Without_tables_it_says_what_makes_them()
    {
        var wakeUp = new PostgreSqlOutboxWakeUp(Database.DataSource, new OutboxOptions { Schema = "nowhere" });

        await wakeUp.Invoking(one => one.NotifyAsync().AsTask()).Should().ThrowAsync<InvalidOperationException>().WithMessage("*EnsureCreatedAsync*");
    }

    private Task ListenAsync(SemaphoreSlim signal, CancellationToken cancellationToken) =>
        new PostgreSqlOutboxWakeUp(Database.DataSource, new OutboxOptions()).ListenAsync(() => signal.Release(), cancellationToken);

    private static async Task ShouldWakeAsync(SemaphoreSlim signal, Task listening)
    {
        var wake = signal.WaitAsync(Patience);
        await Task.WhenAny(wake, listening);
        (await wake).Should().BeTrue("it was woken");
    }
}
