namespace DomainEvents.Tests;

public sealed class EventPublishExceptionTests
{
    [Fact]
    public void It_names_each_handler_with_its_event()
    {
        var (placed, shipped) = (new OrderPlaced(), new OrderShipped());

        var exception = new EventPublishException([Failed("stock", placed, "empty"), Failed("mail", shipped, "bounced")]);

        exception.Message.Should().StartWith(
            $"2 event handler(s) failed: stock on DomainEvents.Tests.OrderPlaced ({placed.EventId}), " +
            $"mail on shop.order-shipped ({shipped.EventId}).");
        exception.Message.Should().NotContain(shipped.Address);
    }

    [Fact]
    public void The_inner_exceptions_are_those_of_the_handlers_in_their_order()
    {
        HandlerFailure[] failures = [Failed("a", new OrderPlaced(), "1"), Failed("b", new OrderPlaced(), "2")];

        var exception = new EventPublishException(failures);

        exception.InnerExceptions.Should().Equal(failures[0].Exception, failures[1].Exception);
        exception.Failures.Should().Equal(failures);
        exception.Should().BeAssignableTo<AggregateException>();
    }

    [Fact]
    public void It_needs_a_failure()
    {
        FluentActions.Invoking(() => new EventPublishException(null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new EventPublishException([])).Should().Throw<ArgumentException>()
            .WithMessage("*at least one failure*");
    }

    private static HandlerFailure Failed(string handler, IDomainEvent domainEvent, string message) => new(
        domainEvent, new HandlerDescriptor(handler, domainEvent.GetType(), null, 0), new InvalidOperationException(message));
}
