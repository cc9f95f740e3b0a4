using DomainEvents.Background;
using DomainEvents.TestSupport;

namespace DomainEvents.Tests.Companion;

public class IdleSignalTests
{
    private readonly IdleSignal _signal = new();

    [Fact]
    public void It_is_idle_at_first() => _signal.WhenIdle().IsCompleted.Should().BeTrue();

    [Fact]
    public async Task It_is_idle_again_when_the_last_one_has_left()
    {
        _signal.Enter();
        _signal.Enter();
        var idle = _signal.WhenIdle();

        _signal.Leave();
        idle.IsCompleted.Should().BeFalse();
        _signal.Leave();

        await idle.Soon();
    }

    [Fact]
    public async Task Each_busy_time_has_a_wait_of_its_own()
    {
        _signal.Enter();
        var first = _signal.WhenIdle();
        _signal.WhenIdle().Should().BeSameAs(first);
        _signal.Leave();
        await first.Soon();

        _signal.Enter();

        _signal.WhenIdle().IsCompleted.Should().BeFalse();
        first.IsCompleted.Should().BeTrue();
    }
}
