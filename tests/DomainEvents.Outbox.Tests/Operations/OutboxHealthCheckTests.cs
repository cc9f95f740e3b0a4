using DomainEvents.Outbox.Tests.Relay;
using DomainEvents.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace DomainEvents.Outbox.Tests.Operations;

public sealed class OutboxHealthCheckTests
{
    private readonly InMemoryStore _store = new();

    [Fact]
    public async Task An_outbox_that_keeps_up_is_healthy_and_says_how_it_stands()
    {
        _store.OldestPendingAge = TimeSpan.FromMinutes(1);
        _store.Add(Stored.Event("shop.order-placed", "{}"));

        var entry = await CheckAsync(checks => checks.AddDomainEventsOutbox());

        entry.Status.Should().Be(HealthStatus.Healthy);
        entry.Data.Should().BeEquivalentTo(new Dictionary<string, object> { ["pending"] = 1L, ["retrying"] = 0L, ["dead"] = 0L, ["parked"] = 0L });
    }

    [Fact]
    public async Task An_empty_outbox_is_healthy() =>
        (await CheckAsync(checks => checks.AddDomainEventsOutbox())).Status.Should().Be(HealthStatus.Healthy);

    [Theory]
    [InlineData(60, null, HealthStatus.Healthy)]
    [InlineData(61, null, HealthStatus.Degraded)]
    [InlineData(300, 300, HealthStatus.Healthy)]
    [InlineData(301, 300, HealthStatus.Degraded)]
    public async Task It_is_degraded_when_the_oldest_event_waits_longer_than_asked(int waits, int? limit, HealthStatus expected)
    {
        _store.OldestPendingAge = TimeSpan.FromSeconds(waits);
        var entry = await CheckAsync(checks => checks.AddDomainEventsOutbox(
            failureStatus: HealthStatus.Unhealthy, degradedAfter: limit is { } seconds ? TimeSpan.FromSeconds(seconds) : null));

        entry.Status.Should().Be(expected);
        entry.Data.Should().HaveCount(4);
        (entry.Description?.Contains("00:0", StringComparison.Ordinal) ?? false).Should().Be(expected == HealthStatus.Degraded);
    }

    [Theory]
    [InlineData(null, HealthStatus.Unhealthy)]
    [InlineData(HealthStatus.Degraded, HealthStatus.Degraded)]
    public async Task A_store_that_cannot_be_reached_is_what_was_asked_for(HealthStatus? failureStatus, HealthStatus expected)
    {
        _store.Failure = new InvalidOperationException("No route to host.");
        var entry = await CheckAsync(checks => checks.AddDomainEventsOutbox(failureStatus: failureStatus));

        (entry.Status, entry.Exception).Should().Be((expected, _store.Failure));
    }

    [Fact]
    public async Task A_store_that_does_not_answer_in_time_fails_the_check_even_if_it_ignores_its_token()
    {
        _store.OnCall = (_, _) => new ValueTask(new TaskCompletionSource().Task);
        var entry = await CheckAsync(checks => checks.AddDomainEventsOutbox(failureStatus: HealthStatus.Degraded, timeout: TimeSpan.FromMilliseconds(1)));

        entry.Status.Should().Be(HealthStatus.Degraded);
    }

    [Fact]
    public async Task A_check_that_is_cancelled_ends()
    {
        _store.OnCall = (_, _) => new ValueTask(new TaskCompletionSource().Task);
        await using var services = Services(checks => checks.AddDomainEventsOutbox());
        using var cancellation = new CancellationTokenSource();
        var check = services.GetRequiredService<HealthCheckService>().CheckHealthAsync(cancellation.Token);
        check.IsCompleted.Should().BeFalse();
        await cancellation.CancelAsync();
        await FluentActions.Awaiting(() => check.Soon()).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Name_tags_and_time_out_are_those_of_the_registration()
    {
        await using var services = Services(checks => checks.AddDomainEventsOutbox("outbox", tags: ["ready"]));
        var registration = services.GetRequiredService<Microsoft.Extensions.Options.IOptions<HealthCheckServiceOptions>>().Value.Registrations.Should().ContainSingle().Subject;
        (registration.Name, registration.FailureStatus, registration.Timeout).Should().Be(("outbox", HealthStatus.Unhealthy, TimeSpan.FromSeconds(5)));
        registration.Tags.Should().Equal("ready");
    }

    [Fact]
    public void Limits_that_are_none_are_refused()
    {
        var checks = new ServiceCollection().AddHealthChecks();
        checks.Invoking(it => it.AddDomainEventsOutbox(degradedAfter: TimeSpan.Zero)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("degradedAfter");
        checks.Invoking(it => it.AddDomainEventsOutbox(timeout: TimeSpan.FromSeconds(-1))).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("timeout");
    }

    [Fact]
    public async Task Without_an_outbox_the_check_says_what_is_missing()
    {
        var services = new ServiceCollection();
        services.AddLogging().AddHealthChecks().AddDomainEventsOutbox();
        await using var provider = services.BuildServiceProvider();
        (await provider.Awaiting(it => it.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Should().ThrowAsync<InvalidOperationException>())
            .WithMessage("*UsePostgreSqlOutbox*");
    }

    private async Task<HealthReportEntry> CheckAsync(Action<IHealthChecksBuilder> add)
    {
        await using var services = Services(add);
        var report = await services.GetRequiredService<HealthCheckService>().CheckHealthAsync().Soon();
        return report.Entries["domain_events_outbox"];
    }

    private ServiceProvider Services(Action<IHealthChecksBuilder> add)
    {
        var services = new ServiceCollection();
        services.AddLogging().AddSingleton<IOutboxStore>(_store).AddDomainEvents().AddOutbox();
        add(services.AddHealthChecks());
        return services.BuildServiceProvider();
    }
}
