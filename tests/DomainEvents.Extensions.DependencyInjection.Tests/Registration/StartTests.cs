using DomainEvents.Background;
using DomainEvents.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DomainEvents.Tests.Companion;

public class StartTests
{
    [Fact]
    public async Task No_handler_at_all_is_one_warning_at_start()
    {
        using var log = new RecordingLoggerProvider();
        using var host = Hosts.Build(services => services.AddRecording(log).AddDomainEvents());

        await host.StartAsync();
        _ = host.Services.Bus();
        _ = host.Services.GetRequiredService<IEventPublisher>();

        var entry = log.Entries.Should().ContainSingle(entry => entry.Level == LogLevel.Warning).Subject;
        entry.EventId.Should().Be(new EventId(2000, "NoHandlers"));
        entry.Message.Should().Contain("AddHandler<THandler>()");
        await host.StopAsync();
    }

    [Fact]
    public async Task With_a_handler_there_is_no_warning()
    {
        using var log = new RecordingLoggerProvider();
        using var host = Hosts.Build(services => services.AddRecording(log).AddDomainEvents().AddHandler<ReserveStock>());

        await host.StartAsync();

        log.Entries.Should().NotContain(entry => entry.Level >= LogLevel.Warning);
        await host.StopAsync();
    }

    [Fact]
    public async Task Without_a_host_the_warning_comes_with_the_first_use_and_a_throwing_logger_disturbs_nobody()
    {
        using var log = new RecordingLoggerProvider { OnLog = _ => throw new NotSupportedException("the logger is broken") };
        await using var services = Containers.Build(services => services.AddRecording(log).AddDomainEvents());

        var result = await services.PublishAsync(new OrderPlaced());

        result.HandlerCount.Should().Be(0);
        log.WithId(2000).Should().ContainSingle();
    }

    [Fact]
    public async Task An_event_without_a_handler_is_told_once()
    {
        using var log = new RecordingLoggerProvider();
        await using var services = Containers.Build(services => services.AddRecording(log).AddDomainEvents().AddHandler<ReserveStock>());

        await services.PublishAsync(new OrderShipped());
        await services.CommitAsync(new OrderShipped());
        await services.PublishAsync(new OrderPlaced());

        var entry = log.WithId(1001).Should().ContainSingle().Subject;
        entry.Level.Should().Be(LogLevel.Information);
        entry.Message.Should().Contain("OrderShipped");
    }

    [Fact]
    public async Task A_clash_of_names_stops_the_host_from_starting_again_and_again()
    {
        using var host = Hosts.Build(services => services.AddDomainEvents().AddHandler<One>().AddHandler<Other>());

        var start = () => host.StartAsync();
        var resolve = () => host.Services.Bus();

        await start.Should().ThrowAsync<InvalidOperationException>().WithMessage("*StartTests+One and *StartTests+Other*");
        resolve.Should().Throw<InvalidOperationException>().WithMessage("*named 'same'*");
        resolve.Should().Throw<InvalidOperationException>("a failed start leaves no half-built bus");
    }

    [Fact]
    public async Task Wrong_options_of_the_bus_stop_the_host_from_starting()
    {
        using var host = Hosts.Build(services => services.AddDomainEvents(options => options.MaxConcurrency = -1).AddHandler<ReserveStock>());

        var start = () => host.StartAsync();

        await start.Should().ThrowAsync<ArgumentOutOfRangeException>().WithMessage("*MaxConcurrency must be 1 or more*");
    }

    [Fact]
    public void Without_a_host_wrong_options_show_at_the_first_use()
    {
        using var services = Containers.Build(services => services.AddDomainEvents(options => options.MaxConcurrency = -1));

        var act = () => services.GetRequiredService<IEventPublisher>();

        act.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*MaxConcurrency*");
    }

    [Fact]
    public async Task Wrong_options_of_the_background_stop_the_host_from_starting()
    {
        using var host = Hosts.Build(services => services.AddDomainEvents().AddHandler<ReserveStock>()
            .AddBackgroundDispatch(options => options.Capacity = 0));

        var start = () => host.StartAsync();

        await start.Should().ThrowAsync<ArgumentOutOfRangeException>().WithMessage("*Capacity must be 1 or more*");
    }

    [Fact]
    public async Task A_null_among_the_middleware_is_an_error_at_start()
    {
        using var host = Hosts.Build(services => services.AddDomainEvents(options => options.Middleware.Add(null!)));

        var start = () => host.StartAsync();

        await start.Should().ThrowAsync<ArgumentException>().WithMessage("*Middleware contains null*");
    }

    [Fact]
    public async Task Many_threads_that_ask_first_at_the_same_time_get_one_bus_with_all_handlers()
    {
        await using var services = Containers.Build(services => services.AddDomainEvents().AddHandler<ReserveStock>());
        using var barrier = new Barrier(8);

        var counts = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () =>
            {
                barrier.SignalAndWait(Signals.Timeout);
                return services.Bus().HandlersFor(typeof(OrderPlaced)).Count;
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default))).Soon();

        counts.Should().OnlyContain(count => count == 1);
    }

    [EventHandler(Name = "same")]
    private sealed class One(Journal journal) : JournalHandler(journal);

    [EventHandler(Name = "same")]
    private sealed class Other(Journal journal) : JournalHandler(journal);
}
