namespace DomainEvents.Tests;

public sealed class PublishTests
{
    [Theory]
    [ClassData(typeof(EveryFanOut))]
    public async Task No_handler_is_a_success_of_zero_handlers(FanOut fanOut, int? maxConcurrency)
    {
        var result = await EveryFanOut.Bus(fanOut, maxConcurrency).PublishAsync(new OrderPlaced());

        result.Should().Be(default(PublishResult));
        result.Succeeded.Should().BeTrue();
    }

    [Theory]
    [ClassData(typeof(EveryFanOut))]
    public async Task Every_handler_runs_once_and_is_counted(FanOut fanOut, int? maxConcurrency)
    {
        for (var handlers = 1; handlers <= 9; handlers++)
        {
            var bus = EveryFanOut.Bus(fanOut, maxConcurrency);
            var runs = new int[handlers];
            for (var i = 0; i < handlers; i++)
            {
                var index = i;
                bus.OnAsync<OrderPlaced>(async (_, _) =>
                {
                    if (index % 2 == 0)
                    {
                        await Task.Yield();
                    }

                    Interlocked.Increment(ref runs[index]);
                });
            }

            var result = await bus.PublishAsync(new OrderPlaced());

            result.HandlerCount.Should().Be(handlers);
            result.Succeeded.Should().BeTrue();
            runs.Should().OnlyContain(count => count == 1);
        }
    }

    [Fact]
    public void Null_is_refused_at_once()
    {
        var bus = new InMemoryEventBus();

        FluentActions.Invoking(() => { _ = bus.PublishAsync(null!); }).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => { _ = bus.PublishAllAsync(null!); }).Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public async Task Handlers_get_the_token_of_the_publisher()
    {
        using var publisher = new CancellationTokenSource();
        var bus = new InMemoryEventBus();
        CancellationToken seen = default;
        bus.Subscribe<OrderPlaced>((_, token) =>
        {
            seen = token;
            return default;
        });

        await bus.PublishAsync(new OrderPlaced(), publisher.Token);

        seen.Should().Be(publisher.Token);
    }

    [Fact]
    public async Task Two_buses_know_nothing_of_each_other()
    {
        var (one, other) = (new InMemoryEventBus(), new InMemoryEventBus());
        one.On<OrderPlaced>(_ => { });

        (await one.PublishAsync(new OrderPlaced())).HandlerCount.Should().Be(1);
        (await other.PublishAsync(new OrderPlaced())).HandlerCount.Should().Be(0);
    }
}
