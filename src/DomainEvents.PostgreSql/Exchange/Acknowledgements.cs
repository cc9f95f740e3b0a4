using DomainEvents.Outbox;
using Npgsql;

namespace DomainEvents.PostgreSql;

/// <summary>Acknowledgements as the arrays that statements take.</summary>
internal sealed class Acknowledgements
{
    private readonly IReadOnlyList<Acknowledgement> _all;

    public Acknowledgements(IReadOnlyList<Acknowledgement> all)
    {
        _all = all;
        var (events, deliveries, isLeft) = (0, 0, false);
        for (var index = 0; index < all.Count; index++)
        {
            var one = all[index];
            isLeft |= one.Left.Count > 0;
            _ = one.Handler is null ? events++ : deliveries++;
        }

        (Events, Deliveries) = (new long[events], new long[deliveries]);
        for (var index = all.Count - 1; index >= 0; index--)
        {
            var one = all[index];
            (one.Handler is null ? Events : Deliveries)[one.Handler is null ? --events : --deliveries] = one.Position;
        }

        AreOfEventsWithNothingLeft = Events.Length > 0 && Deliveries.Length == 0 && !isLeft;
    }

    /// <summary>Positions in the outbox.</summary>
    public long[] Events { get; }

    /// <summary>Positions of deliveries.</summary>
    public long[] Deliveries { get; }

    public bool IsEmpty => _all.Count == 0;

    /// <summary>Whether it is as it nearly always is.</summary>
    public bool AreOfEventsWithNothingLeft { get; }

    public void AddRest(NpgsqlParameterCollection parameters)
    {
        var deliveries = _all.Where(one => one.Handler is not null).ToList();
        parameters.Add(Statement.Parameter(Deliveries));
        parameters.Add(Statement.Parameter(deliveries.Select(one => one.Handler!).ToArray()));
        parameters.Add(Statement.Parameter(deliveries.Select(one => one.Attempts).ToArray()));

        var left = _all.SelectMany(one => one.Left.DistinctBy(delivery => delivery.Handler, StringComparer.Ordinal).Select(delivery => (Of: one, Delivery: delivery)))
            .DistinctBy(one => (one.Of.Position, one.Of.Handler, one.Delivery.Handler)).ToList();
        parameters.Add(Statement.Parameter(left.Select(one => one.Of.Position).ToArray()));
        parameters.Add(Statement.Parameter(left.Select(one => one.Of.Handler).ToArray()));
        parameters.Add(Statement.Parameter(left.Select(one => one.Delivery.Handler).ToArray()));
        parameters.Add(Statement.Parameter(left.Select(one => (short)one.Delivery.State).ToArray()));
        parameters.Add(Statement.Parameter(left.Select(one => one.Delivery.Attempts).ToArray()));
        parameters.Add(Statement.Parameter(left.Select(one => one.Delivery.Delay.TotalSeconds).ToArray()));
        parameters.Add(Statement.Parameter(left.Select(one => one.Delivery.Error).ToArray()));
    }
}
