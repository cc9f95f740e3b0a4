using DomainEvents.Outbox.Diagnostics;
using DomainEvents.Outbox.Relay;
using DomainEvents.TestSupport;

namespace DomainEvents.Outbox.Tests.Relay;

public sealed class HistoryRetentionTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly InMemoryStore _store = new();
    private readonly RecordingLogger<IOutboxRelay> _logger = new();
    private readonly List<int> _limits = [];

    [Fact]
    public async Task What_is_old_is_removed_in_batches_until_there_is_no_more_and_looked_for_again_later()
    {
        var old = 2_500;
        _store.Purge = limit =>
        {
            _limits.Add(limit);
            var removed = Math.Min(limit, old);
            old -= removed;
            return removed;
        };
        using var stop = new CancellationTokenSource();
        var run = Run(TimeSpan.FromHours(2), stop.Token);

        await _time.WaitForTimersAsync();
        (old, _limits.Count).Should().Be((0, 3));
        _limits.Should().OnlyContain(limit => limit == 1_000);

        _time.Advance(TimeSpan.FromMinutes(12));
        await _time.WaitForTimersAsync();
        _limits.Should().HaveCount(4, "a tenth of the time that is kept");
        await stop.CancelAsync();
        await run.Soon();
    }

    [Fact]
    public void It_is_null_for_ever_or_at_most_a_hundred_years()
    {
        var options = new OutboxOptions { HistoryRetention = TimeSpan.FromDays(36_525) };
        options.HistoryRetention = null;

        foreach (var days in new[] { TimeSpan.Zero, TimeSpan.FromDays(-1), TimeSpan.FromDays(36_525) + TimeSpan.FromTicks(1), TimeSpan.MaxValue })
        {
            options.Invoking(it => it.HistoryRetention = days).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*36,525 days, or null for ever*");
        }
    }

    [Fact]
    public async Task A_purge_that_fails_is_told_and_tried_again()
    {
        _store.Failure = new TimeoutException();
        using var stop = new CancellationTokenSource();
        var run = Run(TimeSpan.FromDays(30), stop.Token);
        await _time.WaitForTimersAsync();

        _store.Failure = null;
        _time.Advance(TimeSpan.FromHours(1));
        await _time.WaitForTimersAsync();

        _logger.Entries.Select(entry => entry.EventId.Name).Should().Equal("OutboxStoreFailed", "OutboxStoreRecovered");
        await stop.CancelAsync();
        await run.Soon();
    }

    [Fact]
    public async Task What_is_kept_for_ever_is_not_looked_for()
    {
        await Run(null, CancellationToken.None).Soon();
        _store.Calls.Should().Be(0);
    }

    private Task Run(TimeSpan? retention, CancellationToken stopping) =>
        new HistoryRetention(_store, _time, new OutboxOptions { HistoryRetention = retention }, new StoreFailureLog(_logger, _time)).RunAsync(stopping);
}
