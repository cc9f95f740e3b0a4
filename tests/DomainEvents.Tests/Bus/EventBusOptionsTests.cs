namespace DomainEvents.Tests;

public sealed class EventBusOptionsTests
{
    private readonly EventBusOptions _options = new();

    [Fact]
    public void The_defaults_are_concurrent_unlimited_and_sixty_four_deep()
    {
        _options.FanOut.Should().Be(FanOut.Concurrent);
        _options.MaxConcurrency.Should().BeNull();
        _options.HandlerTimeout.Should().BeNull();
        _options.MaxPublishDepth.Should().Be(64);
        _options.TimeProvider.Should().BeSameAs(TimeProvider.System);
        _options.Middleware.Should().BeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void A_concurrency_below_one_is_refused_with_advice(int value) =>
        _options.Invoking(options => options.MaxConcurrency = value).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("MaxConcurrency must be 1 or more, or null for no limit.*");

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_depth_below_one_is_refused_with_advice(int value) =>
        _options.Invoking(options => options.MaxPublishDepth = value).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("MaxPublishDepth must be 1 or more.*");

    [Fact]
    public void A_timeout_that_is_not_positive_or_too_long_for_a_timer_is_refused_with_advice()
    {
        foreach (var value in new[] { TimeSpan.Zero, Timeout.InfiniteTimeSpan, TimeSpan.FromTicks(-1), TimeSpan.FromDays(50), TimeSpan.MaxValue })
        {
            _options.Invoking(options => options.HandlerTimeout = value).Should().Throw<ArgumentOutOfRangeException>()
                .WithMessage("HandlerTimeout must be positive and at most 49 days, or null for no limit.*");
        }
    }

    [Fact]
    public async Task The_longest_timeout_that_is_accepted_works()
    {
        _options.HandlerTimeout = TimeSpan.FromMilliseconds(uint.MaxValue - 1);
        var bus = new InMemoryEventBus(_options);
        bus.On<OrderPlaced>(_ => { });

        (await bus.PublishAsync(new OrderPlaced())).Succeeded.Should().BeTrue();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    public void An_undefined_fan_out_is_refused(int value) =>
        _options.Invoking(options => options.FanOut = (FanOut)value).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("FanOut must be one of its defined values.*");

    [Fact]
    public void A_clock_is_required() =>
        _options.Invoking(options => options.TimeProvider = null!).Should().Throw<ArgumentNullException>();

    [Fact]
    public void Limits_can_be_taken_back()
    {
        _options.MaxConcurrency = 1;
        _options.HandlerTimeout = TimeSpan.FromSeconds(1);

        _options.MaxConcurrency = null;
        _options.HandlerTimeout = null;

        _options.MaxConcurrency.Should().BeNull();
        _options.HandlerTimeout.Should().BeNull();
    }

    [Fact]
    public async Task A_bus_reads_its_options_once()
    {
        var bus = new InMemoryEventBus(_options);
        var ran = 0;
        _options.FanOut = FanOut.StopOnFirstFailure;
        bus.On<OrderPlaced>(_ => throw new InvalidOperationException());
        bus.On<OrderPlaced>(_ => ran++);

        await bus.PublishAsync(new OrderPlaced());

        ran.Should().Be(1);
    }
}
