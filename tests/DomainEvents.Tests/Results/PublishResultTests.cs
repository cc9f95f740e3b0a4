namespace DomainEvents.Tests;

public sealed class PublishResultTests
{
    private static readonly HandlerFailure Failure = new(
        new OrderPlaced(), new HandlerDescriptor("stock", typeof(OrderPlaced), null, 0), new InvalidOperationException("no"));

    [Fact]
    public void The_default_says_that_nothing_ran_and_nothing_failed()
    {
        PublishResult result = default;

        result.HandlerCount.Should().Be(0);
        result.Succeeded.Should().BeTrue();
        result.Failures.Should().NotBeNull().And.BeEmpty();
        result.Invoking(it => it.ThrowIfFailed()).Should().NotThrow();
        result.Should().Be(new PublishResult(0, []));
        (result == new PublishResult(0, [])).Should().BeTrue();
    }

    [Fact]
    public void A_success_throws_nothing()
    {
        var result = new PublishResult(3, []);

        result.HandlerCount.Should().Be(3);
        result.Succeeded.Should().BeTrue();
        result.Failures.Should().BeEmpty();
        result.Invoking(it => it.ThrowIfFailed()).Should().NotThrow();
    }

    [Fact]
    public void A_single_failure_is_thrown_as_an_event_publish_exception()
    {
        var result = new PublishResult(3, [Failure]);

        result.Succeeded.Should().BeFalse();
        result.Invoking(it => it.ThrowIfFailed()).Should().Throw<EventPublishException>()
            .Which.Failures.Should().Equal(Failure);
    }

    [Fact]
    public void The_failures_are_copied()
    {
        List<HandlerFailure> failures = [Failure];
        var result = new PublishResult(3, failures);

        failures.Clear();

        result.Failures.Should().Equal(Failure);
        result.Failures.Should().BeAssignableTo<ICollection<HandlerFailure>>().Which.IsReadOnly.Should().BeTrue();
    }

    [Fact]
    public void Impossible_results_are_refused()
    {
        FluentActions.Invoking(() => new PublishResult(-1, [])).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new PublishResult(1, null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new PublishResult(1, [null!])).Should().Throw<ArgumentException>()
            .WithMessage("*null*").WithParameterName("failures");
    }

    [Fact]
    public void Results_are_equal_when_they_count_the_same_handlers_and_hold_equal_failures()
    {
        var result = new PublishResult(3, [Failure]);
        var same = new PublishResult(3, [Failure with { }]);

        (result == same).Should().BeTrue();
        result.Equals((object)same).Should().BeTrue();
        result.GetHashCode().Should().Be(same.GetHashCode());
        (result != new PublishResult(4, [Failure])).Should().BeTrue();
        (result != new PublishResult(3, [])).Should().BeTrue();
        result.Equals("3 handlers").Should().BeFalse();
    }

    [Fact]
    public void The_text_counts_and_names_no_payload() =>
        new PublishResult(3, [Failure]).ToString().Should().Be("3 handler(s), 1 failed");
}
