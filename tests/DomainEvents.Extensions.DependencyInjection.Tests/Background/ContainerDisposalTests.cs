using System.Diagnostics.Metrics;
using DomainEvents.TestSupport;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Tests.Companion;

public sealed class ContainerDisposalTests : IDisposable
{
    private readonly RecordingLoggerProvider _log = new();
    private readonly Gate _gate = new();

    public void Dispose()
    {
        _gate.Open();
        _log.Dispose();
    }

    [Fact]
    public async Task Queued_work_is_reported_and_running_handlers_are_cancelled()
    {
        var cancelled = new TaskCompletionSource<bool>();
        var services = Build();
        services.Bus().Subscribe<OrderPlaced>(async (_, token) =>
        {
            try
            {
                await _gate.PassAsync(token);
            }
            finally
            {
                cancelled.SetResult(token.IsCancellationRequested);
            }
        });
        var waiting = new OrderPlaced(2);
        await services.CommitAsync(new OrderPlaced(1));
        await _gate.Entered;
        await services.CommitAsync(waiting);

        await services.DisposeAsync();

        (await cancelled.Task.Soon()).Should().BeTrue();
        _log.WithId(2011).Should().ContainSingle().Which.Message.Should().Be($"Lost at shutdown: DomainEvents.Tests.Companion.OrderPlaced {waiting.EventId}.");
    }

    [Fact]
    public async Task Lost_work_is_counted()
    {
        var lost = 0L;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument is { Meter.Name: "DomainEvents", Name: "domain_events.lost" })
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref lost, count));
        listener.Start();
        var services = Build();
        services.Bus().Subscribe<OrderPlaced>((_, token) => _gate.PassAsync(token));
        await services.CommitAsync(new OrderPlaced(1));
        await _gate.Entered;
        await services.CommitAsync(new OrderPlaced(2), new OrderPlaced(3));

        await services.DisposeAsync();

        Interlocked.Read(ref lost).Should().BeGreaterThanOrEqualTo(2, "other tests lose work at the same time");
    }

    [Fact]
    public async Task A_commit_of_events_after_disposal_is_refused_and_rolled_back()
    {
        var services = Build();
        services.Bus().Subscribe<OrderPlaced>((_, _) => default);
        await using var scope = services.CreateAsyncScope();
        var transaction = scope.ServiceProvider.GetRequiredService<IEventDispatcher>().Begin();
        transaction.Enqueue(new OrderPlaced());
        await services.DisposeAsync();

        var commit = async () => await transaction.CommitAsync();

        await commit.Should().ThrowAsync<ObjectDisposedException>();
        transaction.State.Should().Be(EventTransactionState.RolledBack);
    }

    [Fact]
    public async Task What_a_commit_leaves_after_disposal_is_reported_and_does_not_make_it_look_failed()
    {
        var services = Build();
        await using var scope = services.CreateAsyncScope();
        var transaction = scope.ServiceProvider.GetRequiredService<IEventDispatcher>().Begin();
        transaction.OnCommitted(_ => default, "refresh the cache");
        await services.DisposeAsync();

        var result = await transaction.CommitAsync().Soon();

        result.Should().Be(default(PublishResult));
        transaction.State.Should().Be(EventTransactionState.Committed);
        _log.WithId(2011).Should().ContainSingle().Which.Message.Should().Be("Lost at shutdown: callback refresh the cache.");
    }

    [Fact]
    public async Task A_logger_that_throws_does_not_keep_the_rest_from_being_reported()
    {
        var services = Build();
        services.Bus().Subscribe<OrderPlaced>((_, token) => _gate.PassAsync(token));
        await services.CommitAsync(new OrderPlaced(1));
        await _gate.Entered;
        await services.CommitAsync(new OrderPlaced(2), new OrderPlaced(3));
        _log.OnLog = _ => throw new NotSupportedException("the logger is broken");

        var dispose = async () => await services.DisposeAsync();

        await dispose.Should().NotThrowAsync();
        _log.WithId(2011).Should().HaveCount(2);
    }

    [Fact]
    public async Task It_works_without_logging()
    {
        var services = Containers.Build(services => services.AddDomainEvents().AddBackgroundDispatch(options => options.MaxConcurrency = 1));
        services.Bus().Subscribe<OrderPlaced>((_, token) => _gate.PassAsync(token));
        await services.CommitAsync(new OrderPlaced(1));
        await _gate.Entered;
        await services.CommitAsync(new OrderPlaced(2));

        var dispose = async () => await services.DisposeAsync();

        await dispose.Should().NotThrowAsync();
    }

    private ServiceProvider Build() => Containers.Build(services => services.AddRecording(_log).AddDomainEvents()
        .AddBackgroundDispatch(options => options.MaxConcurrency = 1));
}
