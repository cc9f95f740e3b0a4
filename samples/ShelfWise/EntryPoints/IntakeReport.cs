using DomainEvents;
using ShelfWise.Domain;

namespace ShelfWise.EntryPoints;

/// <summary>What became of the rows, as the one who placed them sees it.</summary>
internal sealed class IntakeReport
{
    private readonly List<Refusal> _refused = [];
    private readonly List<HandlerFailure> _failures = [];

    public int RowsRead { get; private set; }

    public int Placed { get; private set; }

    /// <summary>Rows that led to no order.</summary>
    public IReadOnlyList<Refusal> Refused => _refused;

    /// <summary>After-commit handlers that were started.</summary>
    public int HandlersStarted { get; private set; }

    /// <summary>After-commit handlers that failed.</summary>
    public IReadOnlyList<HandlerFailure> Failures => _failures;

    public int FailuresOf(string handlerName) => _failures.Count(failure => failure.Handler.Name == handlerName);

    public void AddPlaced(PublishResult afterCommit)
    {
        RowsRead++;
        Placed++;
        HandlersStarted += afterCommit.HandlerCount;
        _failures.AddRange(afterCommit.Failures);
    }

    public void AddRefused(int lineNumber, OrderRefusedException refusal)
    {
        RowsRead++;
        _refused.Add(new Refusal(lineNumber, refusal.Reason, refusal.Message));
    }
}
