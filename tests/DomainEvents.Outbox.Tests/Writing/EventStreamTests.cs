using System.Text;
using DomainEvents.Outbox.Writing;
using DomainEvents.Transactions;

namespace DomainEvents.Outbox.Tests.Writing;

public sealed class EventStreamTests
{
    [Theory]
    [InlineData("", 25)]
    [InlineData("a", 32)]
    [InlineData("Shop.Order:1", 27)]
    [InlineData("Shop.Order:2", 54)]
    [InlineData("00000000-0000-0000-0000-000000000000", 22)]
    [InlineData("Shop.Bücher:Ü🦄", 22)]
    public void The_partition_of_a_stream_is_the_same_in_every_process_and_version(string stream, int partition) =>
        EventStream.PartitionOf(stream).Should().Be(partition, "processes of several deployments share the partitions");

    [Fact]
    public void All_partitions_are_reached_and_about_equally_often()
    {
        var counts = new int[OutboxMessage.PartitionCount];
        for (var i = 0; i < 64_000; i++)
        {
            counts[EventStream.PartitionOf($"Shop.Order:{i}")]++;
        }

        counts.Should().OnlyContain(count => count > 800 && count < 1_200);
    }

    [Fact]
    public void The_events_of_one_aggregate_share_a_stream_and_those_of_others_do_not()
    {
        var (first, again, second) = (new Ticket("1"), new Ticket("1"), new Ticket("2"));
        Of(first).Should().Be($"{typeof(Ticket).FullName}:1").And.Be(Of(again)).And.NotBe(Of(second));
        Of(new Happened(), new Ride("1")).Should().NotBe(Of(first));
    }

    [Fact]
    public void Events_of_no_aggregate_or_of_one_without_identity_are_streams_of_their_own()
    {
        var happened = new Happened();
        Of(happened, null).Should().Be($"{happened.EventId}");
        Of(happened, new Ticket(null!)).Should().Be($"{happened.EventId}");
        Of(happened, new Unnamed()).Should().Be($"{happened.EventId}");
        Of(happened, new Parcel(new Parcel.Number(7))).Should().Be($"{happened.EventId}", "its identity only says its type");
    }

    [Theory]
    [InlineData("a\0b")]
    [InlineData("a\ud800b")]
    [InlineData("\udc00")]
    [InlineData("a\r\nb\t'--;")]
    public void An_odd_identity_makes_a_stream_that_every_database_takes(string identity)
    {
        var stream = Of(new Ticket(identity));
        stream.Should().NotContain("\0").And.Be(Of(new Ticket(identity)));
        new UTF8Encoding(false, throwOnInvalidBytes: true).Invoking(strict => strict.GetBytes(stream)).Should().NotThrow();
    }

    [Fact]
    public void A_long_identity_keeps_its_end_and_no_half_of_a_character()
    {
        for (var length = 480; length < 520; length++)
        {
            var stream = Of(new Ticket(string.Concat(Enumerable.Repeat("🦄", length)) + "1"));
            stream.Length.Should().BeInRange(490, 500);
            stream.Should().EndWith("🦄1");
            new UTF8Encoding(false, throwOnInvalidBytes: true).Invoking(strict => strict.GetBytes(stream)).Should().NotThrow();
            EventStream.PartitionOf(stream).Should().BeInRange(0, 63);
        }
    }

    [Fact]
    public void The_longest_stream_of_the_longest_characters_has_a_partition() =>
        EventStream.PartitionOf(new string('\uffee', 500)).Should().BeInRange(0, 63);

    private static string Of(Ticket ticket) => Of(new Happened(), ticket);

    private static string Of(IDomainEvent happened, IHasDomainEvents? source) =>
        EventStream.Of(new BufferEntry(sequence: 1, owner: null!) { Event = happened, Source = source });

    private sealed record Happened : DomainEvent;

    private sealed class Ticket : AggregateRoot<string>
    {
        public Ticket(string id) => Id = id;
    }

    private sealed class Ride : AggregateRoot<string>
    {
        public Ride(string id) => Id = id;
    }

    private sealed class Unnamed : AggregateRoot;

    private sealed class Parcel : AggregateRoot<Parcel.Number>
    {
        public Parcel(Number id) => Id = id;

        public sealed class Number(int value)
        {
            public int Value => value;
        }
    }
}
