using DomainEvents.Outbox.Diagnostics;
using DomainEvents.Outbox.Relay;
using DomainEvents.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Outbox.Tests.Relay;

public sealed class WakeUpTests
{
    private readonly FakeWakeUp _wakeUp = new();

    [Fact]
    public async Task A_relay_is_woken_by_what_other_processes_commit()
    {
        await using var application = Application();
        await application.StartAsync();
        var wake = await _wakeUp.NextListenerAsync().Soon();
        await application.Relay.DrainAsync().Soon();

        application.Store.Add(Stored.Event("shop.order-placed", "{\"book\":\"Emma\"}"));
        wake();

        (await application.Journal.NextAsync().Soon()).Should().Be("mail Emma");
        await application.StopAsync().Soon();
    }

    [Fact]
    public async Task A_listener_that_loses_its_connection_begins_again_after_the_polling_interval()
    {
        var time = new FakeTimeProvider();
        var logger = new RecordingLogger<IOutboxRelay>();
        var wakes = 0;
        using var stop = new CancellationTokenSource();
        var listener = new WakeUpListener(_wakeUp, time, new OutboxOptions(), new StoreFailureLog(logger, time));
        var run = listener.RunAsync(() => wakes++, stop.Token);
        for (var i = 1; i <= 3; i++)
        {
            await _wakeUp.NextListenerAsync().Soon();
            wakes.Should().Be(i, "what came before is not missed");
            _wakeUp.Lose(new IOException("Connection reset."));
            await time.WaitForTimersAsync();
            time.Advance(TimeSpan.FromSeconds(1));
        }

        await _wakeUp.NextListenerAsync().Soon();
        logger.Entries.Select(entry => entry.EventId.Name).Should().Equal("OutboxStoreFailed", "OutboxStoreRecovered");
        await stop.CancelAsync();
        await run.Soon();
    }

    [Fact]
    public async Task Who_owns_everything_tells_nobody_and_others_are_told()
    {
        await using var application = Application();
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        await _wakeUp.NextNotificationAsync().Soon();

        await application.StartAsync();
        await application.Relay.DrainAsync().Soon();
        await application.Dispatcher.PublishAsync(new OrderPlaced("Persuasion"));
        await application.Relay.DrainAsync().Soon();
        _wakeUp.Notifications.Should().Be(1, "there is no other relay");

        await application.StopAsync().Soon();
        await application.Dispatcher.PublishAsync(new OrderPlaced("Mansfield Park"));
        await _wakeUp.NextNotificationAsync().Soon();
        _wakeUp.Notifications.Should().Be(2);
    }

    [Fact]
    public async Task Who_shares_the_work_tells_others()
    {
        await using var application = Application();
        await application.Store.RenewAsync(new RelayRenewal("other", [], [], TimeSpan.FromHours(1)));
        await application.StartAsync();
        await application.Relay.DrainAsync().Soon();

        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        await _wakeUp.NextNotificationAsync().Soon();
        await application.StopAsync().Soon();
    }

    [Fact]
    public async Task Who_has_lost_its_leases_tells_others()
    {
        await using var application = Application(options => options.LeaseDuration = TimeSpan.FromSeconds(1));
        var lost = new TaskCompletionSource();
        application.Log.OnLog = entry => _ = entry.EventId.Name == "OutboxLeaseLost" && lost.TrySetResult();
        await application.StartAsync();
        await application.Relay.DrainAsync().Soon();

        application.Store.OnCall = (call, _) => call == "renew" ? throw new TimeoutException() : default;
        await lost.Task.Soon();
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));

        await _wakeUp.NextNotificationAsync().Soon();
        await application.StopAsync().Soon();
    }

    [Fact]
    public async Task Commits_that_come_while_others_are_told_share_the_next_call()
    {
        await using var application = Application();
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _wakeUp.OnNotify = () => new ValueTask(end.Task);
        await application.Dispatcher.PublishAsync(new OrderPlaced("first"));
        await _wakeUp.NextNotificationAsync().Soon();

        for (var i = 0; i < 100; i++)
        {
            await application.Dispatcher.PublishAsync(new OrderPlaced($"{i}"));
        }

        _wakeUp.Notifications.Should().Be(1);
        end.SetResult();
        await _wakeUp.NextNotificationAsync().Soon();
        await application.DisposeAsync().Soon();
        _wakeUp.Notifications.Should().Be(2);
    }

    [Fact]
    public async Task Who_cannot_be_told_disturbs_no_commit()
    {
        await using var application = Application();
        _wakeUp.OnNotify = () => throw new IOException("Connection reset.");
        for (var i = 0; i < 3; i++)
        {
            await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
            await _wakeUp.NextNotificationAsync().Soon();
        }

        _wakeUp.OnNotify = null;
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        await _wakeUp.NextNotificationAsync().Soon();
        await application.DisposeAsync().Soon();
        application.Log.Entries.Select(entry => entry.EventId.Name).Should().Equal("OutboxStoreFailed", "OutboxStoreRecovered");
    }

    private OutboxApplication Application(Action<OutboxOptions>? configure = null) => new(
        events =>
        {
            events.Services.AddSingleton<IOutboxWakeUp>(_wakeUp);
            events.AddEvent<OrderPlaced>().AddHandler<SendMail>();
        },
        options =>
        {
            options.PollingInterval = TimeSpan.FromHours(1);
            configure?.Invoke(options);
        });
}
