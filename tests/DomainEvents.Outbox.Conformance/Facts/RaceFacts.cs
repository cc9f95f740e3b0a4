namespace DomainEvents.Outbox.Conformance;

/// <summary>Several processes on one database.</summary>
public abstract class RaceFacts : StoreConformance
{
    [StoreFact]
    public async Task Of_many_who_renew_at_once_nobody_gets_what_another_has()
    {
        var relays = Enumerable.Range(0, 4).Select(number => new TestRelay(Database.CreateStore(), $"relay-{number}", Mail)).ToArray();
        var granted = new List<OwnedPartition>();

        for (var round = 0; round < 6; round++)
        {
            var leases = await Task.WhenAll(relays.Select(relay => Task.Run(relay.RenewAsync)));
            granted.AddRange(leases.SelectMany(lease => lease.Partitions).Where(partition => partition.IsNew).Select(partition => partition.Owned));
            foreach (var (relay, lease) in relays.Zip(leases))
            {
                await GiveUpSurplusAsync(relay, lease.Share);
            }
        }

        granted.Should().OnlyHaveUniqueItems("each epoch of a partition has one owner");
        relays.SelectMany(relay => relay.Owned).Select(owned => owned.Partition).Should().BeEquivalentTo(Enumerable.Range(0, OutboxMessage.PartitionCount));
        relays.Should().OnlyContain(relay => relay.Owned.Count == OutboxMessage.PartitionCount / 4);
    }

    [StoreFact]
    public async Task An_acknowledgement_takes_effect_before_a_takeover_or_not_at_all()
    {
        for (var round = 0; round < 10; round++)
        {
            var first = new TestRelay(Database.CreateStore(), $"first-{round}", Mail);
            var second = new TestRelay(Database.CreateStore(), $"second-{round}", Mail);
            await first.RenewAsync();
            var entry = await WriteAndReadAsync(first, Message());
            await Database.ExpireAsync(first.Name);

            var acknowledgement = Task.Run(() => first.AcknowledgeAsync(entry));
            await Task.WhenAll(acknowledgement, Task.Run(second.RenewAsync));

            var remaining = await second.ReadEventsAsync();
            remaining.Count.Should().Be((await acknowledgement).Lost.Count, "it is either lost and still there, or acknowledged and gone");
            await second.AcknowledgeAllAsync(remaining);
            await second.ReleaseAsync(leaves: true);
        }
    }

    [StoreFact]
    public async Task Writers_and_a_relay_work_at_once_and_nothing_is_lost_or_seen_twice()
    {
        const int Writers = 4;
        const int Each = 40;
        var relay = await StartAsync("a", Mail);
        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            var store = Database.CreateStore();
            for (var number = 0; number < Each; number++)
            {
                await store.WriteAsync([Message($"writer-{writer}", writer, payload: $"{number}")], transaction: null, synchronous: number % 2 == 0);
            }
        })));

        var seen = new List<OutboxMessage>();
        while (seen.Count < Writers * Each)
        {
            var isAll = writing.IsCompleted;
            var entries = await relay.ReadEventsAsync();
            await relay.AcknowledgeAllAsync(entries);
            seen.AddRange(entries.Select(entry => entry.Message));
            if (isAll && entries.Count == 0)
            {
                break;
            }
        }

        await writing;
        seen.Select(message => message.Position).Should().OnlyHaveUniqueItems();
        seen.Should().HaveCount(Writers * Each);
        foreach (var stream in seen.GroupBy(message => message.Stream))
        {
            stream.Select(message => int.Parse(message.Payload.Span, System.Globalization.CultureInfo.InvariantCulture))
                .Should().Equal(Enumerable.Range(0, Each));
        }
    }

    [StoreFact]
    public async Task A_purge_never_removes_what_a_delivery_is_just_being_left_of()
    {
        var relay = await StartAsync("a", Mail);
        for (var round = 0; round < 10; round++)
        {
            var entry = await WriteAndReadAsync(relay, Message($"order-{round}"));
            await Database.ExecuteAsync($"UPDATE domain_event_outbox SET stored_at = {Database.FromNow(TimeSpan.FromDays(-9))}");

            await Task.WhenAll(
                Task.Run(() => relay.AcknowledgeAsync(entry, Dead(Mail))),
                Task.Run(async () => await Store.PurgeAsync(TimeSpan.FromDays(1), limit: 10)));
        }

        (await DeadLettersAsync()).Should().HaveCount(10);
    }

    private static async Task GiveUpSurplusAsync(TestRelay relay, int share)
    {
        var surplus = relay.Owned.Skip(share).ToArray();
        if (surplus.Length > 0)
        {
            await relay.ReleaseAsync(leaves: false, surplus);
            relay.Owned = [.. relay.Owned.Take(share)];
        }
    }
}
