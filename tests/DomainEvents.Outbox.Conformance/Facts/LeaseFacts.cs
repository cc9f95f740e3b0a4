namespace DomainEvents.Outbox.Conformance;

/// <summary>Who owns which partitions, and for how long.</summary>
public abstract class LeaseFacts : StoreConformance
{
    private const int All = OutboxMessage.PartitionCount;

    [StoreFact]
    public async Task The_first_relay_gets_all_partitions_each_with_its_first_epoch()
    {
        var lease = await new TestRelay(Store, "a").RenewAsync();

        lease.Share.Should().Be(All);
        lease.Partitions.Select(partition => partition.Owned.Partition).Should().BeEquivalentTo(Enumerable.Range(0, All));
        lease.Partitions.Should().OnlyContain(partition => partition.IsNew && partition.Owned.Epoch == 1 && partition.Interruption == null);
    }

    [StoreFact]
    public async Task A_renewal_keeps_the_epochs_and_nothing_is_new()
    {
        var relay = await StartAsync("a");
        var before = relay.Owned;

        var lease = await relay.RenewAsync();

        lease.Partitions.Should().OnlyContain(partition => !partition.IsNew && partition.Interruption == null);
        relay.Owned.Should().BeEquivalentTo(before);
    }

    [StoreFact]
    public async Task A_second_relay_gets_nothing_until_the_first_gives_up_what_is_above_its_share()
    {
        var first = await StartAsync("a");
        var second = new TestRelay(Database.CreateStore(), "b");

        var early = await second.RenewAsync();
        var surplus = await first.RenewAsync();
        await first.ReleaseAsync(leaves: false, [.. first.Owned.Take(All / 2)]);
        var late = await second.RenewAsync();

        early.Partitions.Should().BeEmpty();
        early.Share.Should().Be(All / 2);
        surplus.Share.Should().Be(All / 2);
        surplus.Partitions.Should().HaveCount(All, "only the relay itself gives up what it works on");
        late.Partitions.Should().HaveCount(All / 2).And.OnlyContain(partition => partition.IsNew && partition.Owned.Epoch == 2);
    }

    [StoreFact]
    public async Task A_share_is_rounded_up()
    {
        await StartAsync("a");
        await StartAsync("b");

        var lease = await new TestRelay(Store, "c").RenewAsync();

        lease.Share.Should().Be(22);
    }

    [StoreFact]
    public async Task A_relay_takes_no_more_than_its_share_of_what_is_free()
    {
        var first = await StartAsync("a");
        var second = await StartAsync("b");
        await first.ReleaseAsync(leaves: false);

        var lease = await second.RenewAsync();

        lease.Partitions.Should().HaveCount(All / 2);
    }

    [StoreFact]
    public async Task What_a_silent_relay_had_is_taken_over_as_interrupted_and_it_counts_for_shares_no_more()
    {
        await StartAsync("a");
        await Database.ExpireAsync("a");

        var lease = await new TestRelay(Database.CreateStore(), "b").RenewAsync();

        lease.Share.Should().Be(All);
        lease.Partitions.Should().HaveCount(All).And.OnlyContain(partition =>
            partition.IsNew && partition.Owned.Epoch == 2 && partition.Interruption == new PartitionInterruption(null, 0));
    }

    [StoreFact]
    public async Task What_was_given_back_is_not_interrupted()
    {
        var first = await StartAsync("a");
        await first.ReleaseAsync(leaves: true);

        var lease = await new TestRelay(Database.CreateStore(), "b").RenewAsync();

        lease.Partitions.Should().HaveCount(All).And.OnlyContain(partition =>
            partition.IsNew && partition.Owned.Epoch == 2 && partition.Interruption == null);
    }

    [StoreFact]
    public async Task A_relay_that_leaves_counts_for_shares_no_more_and_one_that_stays_does()
    {
        var leaving = await StartAsync("a");
        var staying = await StartAsync("b");
        await leaving.ReleaseAsync(leaves: true);
        await staying.ReleaseAsync(leaves: false);

        var lease = await new TestRelay(Database.CreateStore(), "c").RenewAsync();

        lease.Share.Should().Be(All / 2);
    }

    [StoreFact]
    public async Task A_relay_that_is_leaving_keeps_its_leases_and_takes_nothing_over()
    {
        var leaving = await StartAsync("a");
        var kept = leaving.Owned.Take(2).ToArray();
        await leaving.ReleaseAsync(leaves: true, [.. leaving.Owned.Skip(2)]);
        leaving.Owned = kept;
        await Database.ExpireAsync("a");

        var lease = await leaving.RenewAsync(isLeaving: true);

        lease.Share.Should().Be(0);
        lease.Partitions.Select(partition => partition.Owned).Should().BeEquivalentTo(kept);
        (await new TestRelay(Database.CreateStore(), "b").RenewAsync()).Partitions.Select(partition => partition.Owned.Partition)
            .Should().NotContain(kept.Select(owned => owned.Partition), "their leases were prolonged").And.HaveCount(All - 2);
    }

    [StoreFact]
    public async Task A_relay_that_is_leaving_counts_for_shares_no_more_while_it_still_owns_something()
    {
        var leaving = await StartAsync("a");
        await leaving.RenewAsync(isLeaving: true);

        var lease = await new TestRelay(Database.CreateStore(), "b").RenewAsync();

        lease.Share.Should().Be(All);
        lease.Partitions.Should().BeEmpty();
    }

    [StoreFact]
    public async Task An_owner_whose_lease_ran_out_still_owns_what_nobody_took_over()
    {
        var relay = await StartAsync("a", Mail);
        var entry = await WriteAndReadAsync(relay, Message());
        var before = relay.Owned;
        await Database.ExpireAsync("a");

        var result = await relay.AcknowledgeAsync(entry);
        var lease = await relay.RenewAsync();

        result.Lost.Should().BeEmpty();
        (await Database.CountAsync("domain_event_outbox")).Should().Be(0);
        relay.Owned.Should().BeEquivalentTo(before);
        lease.Partitions.Should().OnlyContain(partition => !partition.IsNew);
    }

    [StoreFact]
    public async Task What_another_took_over_is_not_among_the_renewed()
    {
        var first = await StartAsync("a");
        await Database.ExpireAsync("a");
        await StartAsync("b");

        var lease = await first.RenewAsync();

        lease.Partitions.Should().BeEmpty();
    }

    [StoreFact]
    public async Task What_another_took_over_is_not_given_back()
    {
        var first = await StartAsync("a");
        await Database.ExpireAsync("a");
        var second = await StartAsync("b");
        var owned = second.Owned;

        await first.ReleaseAsync(leaves: true);

        (await second.RenewAsync()).Partitions.Select(partition => partition.Owned).Should().BeEquivalentTo(owned);
    }

    [StoreFact]
    public async Task A_relay_that_forgot_what_it_owns_takes_it_over_from_itself_as_interrupted()
    {
        var relay = await StartAsync("a");
        relay.Owned = [];

        var lease = await relay.RenewAsync();

        lease.Partitions.Should().HaveCount(All).And.OnlyContain(partition =>
            partition.IsNew && partition.Owned.Epoch == 2 && partition.Interruption == new PartitionInterruption(null, 0));
    }

    [StoreFact]
    public async Task The_noted_event_is_named_to_the_next_owner_and_each_crash_is_counted()
    {
        var first = await StartAsync("a", Mail);
        var entry = await WriteAndReadAsync(first, Message());
        await first.NoteAsync(entry);
        await Database.ExpireAsync("a");

        var second = new TestRelay(Database.CreateStore(), "b", Mail);
        var once = await second.RenewAsync();
        await second.NoteAsync(entry);
        await Database.ExpireAsync("b");
        var twice = await new TestRelay(Database.CreateStore(), "c", Mail).RenewAsync();

        Interruption(once).Should().Be(new PartitionInterruption(entry.Message.Position, 1));
        Interruption(twice).Should().Be(new PartitionInterruption(entry.Message.Position, 2));
        once.Partitions.Where(partition => partition.Owned.Partition != Partition)
            .Should().OnlyContain(partition => partition.Interruption == new PartitionInterruption(null, 0));
    }

    [StoreFact]
    public async Task A_relay_that_takes_over_from_itself_is_alive_and_no_crash_is_counted()
    {
        var relay = await StartAsync("a", Mail);
        var entry = await WriteAndReadAsync(relay, Message());
        await relay.NoteAsync(entry);
        for (var lapse = 0; lapse < 3; lapse++)
        {
            await Database.ExpireAsync("a");
            relay.Owned = [];
            Interruption(await relay.RenewAsync()).Should().Be(new PartitionInterruption(entry.Message.Position, 0));
        }

        await Database.ExpireAsync("a");
        Interruption(await new TestRelay(Database.CreateStore(), "b", Mail).RenewAsync())
            .Should().Be(new PartitionInterruption(entry.Message.Position, 1), "another one cannot know");
    }

    [StoreFact]
    public async Task A_note_of_another_event_begins_to_count_anew()
    {
        var first = await StartAsync("a", Mail);
        var one = await WriteAndReadAsync(first, Message());
        var other = await WriteAndReadAsync(first, Message("order-2"));
        await first.NoteAsync(one);
        await Database.ExpireAsync("a");
        var second = await StartAsync("b", Mail);
        await second.NoteAsync(other);
        await Database.ExpireAsync("b");

        var lease = await new TestRelay(Database.CreateStore(), "c", Mail).RenewAsync();

        Interruption(lease).Should().Be(new PartitionInterruption(other.Message.Position, 1));
    }

    [StoreFact]
    public async Task An_acknowledgement_of_the_noted_event_forgets_the_note()
    {
        var first = await StartAsync("a", Mail);
        var entry = await WriteAndReadAsync(first, Message());
        await first.NoteAsync(entry);
        await Database.ExpireAsync("a");
        var second = await StartAsync("b", Mail);
        await second.AcknowledgeAsync(entry);
        await Database.ExpireAsync("b");

        var lease = await new TestRelay(Database.CreateStore(), "c", Mail).RenewAsync();

        Interruption(lease).Should().Be(new PartitionInterruption(null, 0));
    }

    [StoreFact]
    public async Task An_acknowledgement_of_another_event_keeps_the_note()
    {
        var first = await StartAsync("a", Mail);
        var noted = await WriteAndReadAsync(first, Message());
        var other = await WriteAndReadAsync(first, Message("order-2"));
        await first.NoteAsync(noted);
        await first.AcknowledgeAsync(other);
        await Database.ExpireAsync("a");

        var lease = await new TestRelay(Database.CreateStore(), "b", Mail).RenewAsync();

        Interruption(lease).Should().Be(new PartitionInterruption(noted.Message.Position, 1));
    }

    [StoreFact]
    public async Task A_note_is_forgotten_when_its_partition_is_given_back()
    {
        var first = await StartAsync("a", Mail);
        var entry = await WriteAndReadAsync(first, Message());
        await first.NoteAsync(entry);
        await first.ReleaseAsync(leaves: true);
        await StartAsync("b", Mail);
        await Database.ExpireAsync("b");

        var lease = await new TestRelay(Database.CreateStore(), "c", Mail).RenewAsync();

        Interruption(lease).Should().Be(new PartitionInterruption(null, 0));
    }

    [StoreFact]
    public async Task A_note_in_a_lost_partition_is_refused()
    {
        var first = await StartAsync("a", Mail);
        var entry = await WriteAndReadAsync(first, Message());
        await Database.ExpireAsync("a");
        await StartAsync("b", Mail);

        var result = await first.NoteAsync(entry);
        await Database.ExpireAsync("b");
        var lease = await new TestRelay(Database.CreateStore(), "c", Mail).RenewAsync();

        result.Lost.Should().Equal(Partition);
        Interruption(lease).Should().Be(new PartitionInterruption(null, 0));
    }

    [StoreFact]
    public async Task Names_of_relays_and_handlers_may_hold_anything()
    {
        const string Name = "host'; DROP TABLE domain_event_relay; -- \"\\ ñ 漢 🦊";
        var relay = new TestRelay(Store, Name, new HandlerAnnouncement(Name, Name));

        await relay.RenewAsync();
        var lease = await relay.RenewAsync();

        lease.Partitions.Should().HaveCount(All).And.OnlyContain(partition => !partition.IsNew);
    }

    private static PartitionInterruption? Interruption(RelayLease lease) =>
        lease.Partitions.Single(partition => partition.Owned.Partition == Partition).Interruption;
}
