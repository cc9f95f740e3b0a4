using ShelfWise.Domain;

namespace ShelfWise.EntryPoints;

/// <summary>What became of the rows, as the one who placed them sees it.</summary>
internal sealed class IntakeReport
{
    private readonly List<Refusal> _refused = [];

    public int Placed { get; private set; }

    /// <summary>Rows that led to no order.</summary>
    public IReadOnlyList<Refusal> Refused => _refused;

    public void AddPlaced() => Placed++;

    public void AddRefused(int lineNumber, OrderRefusedException refusal) =>
        _refused.Add(new Refusal(lineNumber, refusal.Reason, refusal.Message));
}
