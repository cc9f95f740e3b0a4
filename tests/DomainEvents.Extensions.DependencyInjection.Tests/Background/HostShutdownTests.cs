using DomainEvents.TestSupport;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DomainEvents.Tests.Companion;

public sealed class HostShutdownTests : IDisposable
{
    private readonly RecordingLoggerProvider _log = new();
    private readonly Gate _gate = new();

    public void Dispose()
    {
        _gate.Open();
        _log.Dispose();
    }

    [Fact]
    public async Task Stop_waits_for_all_background_work_also_for_commits_that_wait_for_room()
    {
        using var host = await StartAsync();
        var handled = 0;
        using var subscription = host.Services.Bus().Subscribe<OrderPlaced>(async (_, token) =>
        {
            await _gate.PassAsync(token);
            Interlocked.Increment(ref handled);
        });
        Task[] commits = [.. Enumerable.Range(0, 10).Select(_ => host.Services.CommitAsync(new OrderPlaced()))];
        await _gate.Entered;

        var stop = host.StopAsync();
        stop.IsCompleted.Should().BeFalse();
        _gate.Open();
        await stop.Soon();

        handled.Should().Be(10);
        await Task.WhenAll(commits).Soon();
        _log.WithId(2011).Should().BeEmpty();
    }

    [Fact]
    public async Task Work_that_another_service_leaves_while_it_stops_is_waited_for()
    {
        var handled = 0;
        using var host = Hosts.Build(services =>
        {
            // Registered first, so it stops last.
            services.AddHostedService<CommitsWhenItStops>();
            services.AddDomainEvents().AddBackgroundDispatch();
        });
        await host.StartAsync();
        using var subscription = host.Services.Bus().Subscribe<OrderPlaced>(async (_, _) =>
        {
            await Task.Yield();
            handled++;
        });

        await host.StopAsync().Soon();

        handled.Should().Be(1);
    }

    [Fact]
    public async Task Past_the_deadline_handlers_are_cancelled_and_what_waits_is_reported_by_event()
    {
        var cancelled = new TaskCompletionSource();
        using var host = await StartAsync();
        using var subscription = host.Services.Bus().Subscribe<OrderPlaced>(async (_, token) =>
        {
            try
            {
                await _gate.PassAsync(token);
            }
            catch (OperationCanceledException) when (token.IsCancellationRequested)
            {
                cancelled.TrySetResult();
                throw;
            }
        });
        OrderPlaced[] placed = [new(1), new(2), new(3)];
        await host.Services.CommitAsync(placed[0]);
        await _gate.Entered;
        await host.Services.CommitAsync(placed[1]);
        await using var scope = host.Services.CreateAsyncScope();
        var dispatcher = scope.ServiceProvider.GetRequiredService<IEventDispatcher>();
        var transaction = dispatcher.Begin();
        transaction.Enqueue(placed[2]);
        transaction.OnCommitted(_ => default, "refresh the cache");
        var waiting = transaction.CommitAsync().AsTask();

        await host.StopAsync(new CancellationToken(canceled: true)).Soon();

        await cancelled.Task.Soon();
        (await waiting.Soon()).Should().Be(default(PublishResult));
        await dispatcher.WhenIdleAsync().Soon();
        _log.WithId(2011).Select(entry => entry.Message).Should().BeEquivalentTo(
            $"Lost at shutdown: DomainEvents.Tests.Companion.OrderPlaced {placed[1].EventId}.",
            $"Lost at shutdown: DomainEvents.Tests.Companion.OrderPlaced {placed[2].EventId}.",
            "Lost at shutdown: callback refresh the cache.");
    }

    [Fact]
    public async Task The_timeout_of_the_host_is_the_deadline()
    {
        using var host = await StartAsync(services =>
            services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(20)));
        var cancelled = new TaskCompletionSource();
        using var subscription = host.Services.Bus().Subscribe<OrderPlaced>(async (_, token) =>
        {
            using var registration = token.Register(cancelled.SetResult);
            await _gate.PassAsync(CancellationToken.None);
        });
        await host.Services.CommitAsync(new OrderPlaced());
        await _gate.Entered;

        await host.StopAsync().Soon();

        await cancelled.Task.Soon();
    }

    [Fact]
    public async Task Past_the_deadline_handlers_that_run_inline_are_cancelled_as_well()
    {
        using var host = Hosts.Build(services => services.AddDomainEvents());
        await host.StartAsync();
        using var subscription = host.Services.Bus().Subscribe<OrderPlaced>((_, token) => _gate.PassAsync(token));
        var commit = host.Services.CommitAsync(new OrderPlaced());
        await _gate.Entered;

        await host.StopAsync(new CancellationToken(canceled: true)).Soon();

        (await commit.Soon()).Failures.Should().ContainSingle().Which.Exception.Should().BeAssignableTo<OperationCanceledException>();
    }

    [Fact]
    public async Task A_handler_that_throws_from_a_cancellation_callback_does_not_disturb_the_shutdown()
    {
        using var host = await StartAsync();
        using var subscription = host.Services.Bus().Subscribe<OrderPlaced>(async (_, token) =>
        {
            using var registration = token.Register(() => throw new NotSupportedException("callback"));
            await _gate.PassAsync(CancellationToken.None);
        });
        await host.Services.CommitAsync(new OrderPlaced());
        await _gate.Entered;
        await host.Services.CommitAsync(new OrderPlaced());

        var stop = () => host.StopAsync(new CancellationToken(canceled: true)).Soon();

        await stop.Should().NotThrowAsync();
        _log.WithId(2011).Should().ContainSingle();
    }

    [Fact]
    public async Task Stop_with_nothing_to_do_returns_and_may_be_repeated()
    {
        using var host = await StartAsync();

        await host.StopAsync().Soon();
        await host.StopAsync(new CancellationToken(canceled: true)).Soon();

        _log.WithId(2011).Should().BeEmpty();
    }

    [Fact]
    public async Task A_commit_after_the_deadline_is_reported_and_does_not_fail()
    {
        using var host = await StartAsync();
        using var subscription = host.Services.Bus().Subscribe<OrderPlaced>((_, _) => default);
        await host.StopAsync(new CancellationToken(canceled: true)).Soon();
        var placed = new OrderPlaced();

        await host.Services.CommitAsync(placed).Soon();

        _log.WithId(2011).Should().ContainSingle().Which.Message.Should().Contain(placed.EventId.ToString());
    }

    private async Task<IHost> StartAsync(Action<IServiceCollection>? more = null)
    {
        var host = Hosts.Build(services =>
        {
            services.AddRecording(_log).AddDomainEvents()
                .AddBackgroundDispatch(options => (options.Capacity, options.MaxConcurrency) = (1, 1));
            more?.Invoke(services);
        });
        await host.StartAsync();
        return host;
    }

    private sealed class CommitsWhenItStops(IServiceProvider services) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => services.CommitAsync(new OrderPlaced());
    }
}
