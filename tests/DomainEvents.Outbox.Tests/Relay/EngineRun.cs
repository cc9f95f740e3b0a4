using DomainEvents.Outbox.Relay;
using DomainEvents.Outbox.Tests.Simulation;

namespace DomainEvents.Outbox.Tests.Relay;

/// <summary>One engine that owns all there is, with a store, a clock that is moved by hand, and commands that are answered when a test says so.</summary>
internal sealed class EngineRun
{
    public EngineRun(int batchSize = 10, int maxConcurrency = 16, TimeSpan? pollingInterval = null, string name = "relay", SimulatedStore? store = null, TimeSpan? longestTrial = null)
    {
        Store = store ?? new SimulatedStore(Schedule.Partitions);
        Settings = new RelaySettings(name, new Dictionary<string, int> { ["A"] = 1 }, [new HandlerAnnouncement("A1", "A")])
        {
            BatchSize = batchSize,
            MaxConcurrency = maxConcurrency,
            PollingInterval = pollingInterval ?? TimeSpan.FromSeconds(1),
            LongestTrial = longestTrial ?? TimeSpan.FromMinutes(5),
        };
        Engine = new RelayEngine(Settings, new Random(1));
    }

    public RelaySettings Settings { get; }

    public RelayEngine Engine { get; }

    public SimulatedStore Store { get; }

    public TimeSpan Now { get; private set; }

    /// <summary>What is asked for and not answered.</summary>
    public List<RelayCommand> Open { get; } = [];

    public List<RelayCommand.Exchange> Exchanges { get; } = [];

    public IEnumerable<RelayCommand.Handle> Running => Open.OfType<RelayCommand.Handle>();

    public RelayCommand.Exchange? InFlight => Open.OfType<RelayCommand.Exchange>().SingleOrDefault();

    /// <summary>It has its partitions, and has read what there is, up to a batch.</summary>
    public EngineRun Started()
    {
        Ask();
        Answer(Open.Single());
        if (InFlight is { } first)
        {
            Answer(first);
        }

        return this;
    }

    public long Commit(string stream, string type = "A", int? partition = null)
    {
        var position = Store.Draw();
        Store.Commit(new OutboxMessage
        {
            Position = position,
            EventId = Guid.Empty,
            EventType = type,
            Payload = default,
            Stream = stream,
            Partition = partition ?? stream[^1] % Schedule.Partitions,
            OccurredAt = default,
        });
        return position;
    }

    public void Wake()
    {
        Engine.Wake();
        Ask();
    }

    public void Stop()
    {
        Engine.Stop();
        Ask();
    }

    public void Advance(TimeSpan time)
    {
        Now += time;
        Store.Now = Now;
        Ask();
    }

    public void Ask()
    {
        while (Engine.TryNext(Now, out var command))
        {
            Open.Add(command);
            if (command is RelayCommand.Exchange exchange)
            {
                Exchanges.Add(exchange);
            }
        }
    }

    public void Answer(RelayCommand command, string? error = null, bool isFinal = false)
    {
        Open.Remove(command);
        switch (command)
        {
            case RelayCommand.Renew renew:
                Engine.Renewed(renew, Store.Renew(renew.Renewal));
                break;
            case RelayCommand.Exchange exchange:
                Engine.Exchanged(exchange, Store.Exchange(exchange.Request), Now);
                break;
            case RelayCommand.Handle handle:
                Engine.Handled(handle, [.. handle.Handlers.Select(handler => new HandlerOutcome(handler, error, isFinal))]);
                break;
            case RelayCommand.Release release:
                Store.Release(Settings.Relay, release.Partitions, release.Leaves);
                Engine.Released(release);
                break;
        }

        Ask();
    }

    /// <summary>Answers the oldest command, until there is none.</summary>
    public void Finish()
    {
        while (Open.Count > 0)
        {
            Answer(Open[0]);
        }
    }
}
