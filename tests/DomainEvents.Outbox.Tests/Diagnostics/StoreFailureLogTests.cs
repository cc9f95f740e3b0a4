using DomainEvents.Outbox.Diagnostics;
using DomainEvents.TestSupport;

namespace DomainEvents.Outbox.Tests.Diagnostics;

public sealed class StoreFailureLogTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLogger<IOutboxRelay> _logger = new();
    private readonly StoreFailureLog _log;

    public StoreFailureLogTests() => _log = new StoreFailureLog(_logger, _time);

    private IEnumerable<string?> Told => _logger.Entries.Select(entry => entry.EventId.Name);

    [Fact]
    public void An_outage_is_told_once_then_every_half_minute_with_the_count_and_its_end_once()
    {
        for (var second = 0; second < 65; second++)
        {
            _log.Failed(StoreCalls.Membership, new TimeoutException("away"));
            _log.Failed(StoreCalls.Exchange, new TimeoutException("away"));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        _log.Succeeded(StoreCalls.Membership);
        _log.Succeeded(StoreCalls.Exchange);
        _log.Succeeded(StoreCalls.Exchange);

        Told.Should().Equal("OutboxStoreFailed", "OutboxStoreFailed", "OutboxStoreFailed", "OutboxStoreRecovered");
        _logger.Entries.Take(3).Select(entry => entry.State["Count"]).Should().Equal(1, 60, 60);
        _logger.Entries[0].Exception.Should().BeOfType<TimeoutException>();
    }

    [Fact]
    public void What_works_beside_a_call_that_always_fails_is_no_recovery()
    {
        for (var i = 0; i < 100; i++)
        {
            _log.Failed(StoreCalls.Listen, new InvalidOperationException("A pooler does not listen."));
            _log.Succeeded(StoreCalls.Exchange);
            _log.Succeeded(StoreCalls.Membership);
        }

        Told.Should().Equal("OutboxStoreFailed");
    }

    [Fact]
    public void A_store_that_fails_every_other_time_is_told_no_more_than_every_half_minute()
    {
        for (var i = 0; i < 100; i++)
        {
            _log.Failed(StoreCalls.Exchange, new TimeoutException());
            _log.Succeeded(StoreCalls.Exchange);
        }

        Told.Should().Equal("OutboxStoreFailed", "OutboxStoreRecovered");
        _time.Advance(TimeSpan.FromSeconds(30));
        _log.Failed(StoreCalls.Exchange, new TimeoutException());
        _logger.Entries[^1].State["Count"].Should().Be(100);
    }

    [Fact]
    public void Success_tells_nothing()
    {
        _log.Succeeded(StoreCalls.Exchange);
        Told.Should().BeEmpty();
    }

    [Fact]
    public void A_logger_that_throws_disturbs_nobody()
    {
        _logger.Provider.OnLog = _ => throw new InvalidOperationException();
        _log.Failed(StoreCalls.Exchange, new TimeoutException());
        _log.Succeeded(StoreCalls.Exchange);
        _logger.Entries.Should().HaveCount(2);
    }
}
