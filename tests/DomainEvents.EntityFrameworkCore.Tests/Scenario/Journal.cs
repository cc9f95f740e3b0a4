using DomainEvents.Transactions;

namespace DomainEvents.EntityFrameworkCore.Tests.Scenario;

/// <summary>What the handlers of a test were told, in order, and what they do besides. Thread-safe.</summary>
internal sealed class Journal
{
    private readonly List<string> _published = [];
    private readonly List<string> _prepared = [];
    private readonly List<string> _rolledBack = [];

    public IReadOnlyList<string> Published => Copy(_published);

    public IReadOnlyList<string> Prepared => Copy(_prepared);

    public IReadOnlyList<string> RolledBack => Copy(_rolledBack);

    /// <summary>Done by the before-commit handler, in the scope of the save.</summary>
    public Func<TicketChanged, TicketsContext, IEventDispatcher, ValueTask>? BeforeCommit { get; set; }

    /// <summary>Done by the after-commit handler, in a scope of its own.</summary>
    public Func<TicketChanged, TicketsContext, ValueTask>? AfterCommit { get; set; }

    public void Publish(string what) => Add(_published, what);

    public void Prepare(string what) => Add(_prepared, what);

    public void RollBack(string what) => Add(_rolledBack, what);

    private static void Add(List<string> list, string what)
    {
        lock (list)
        {
            list.Add(what);
        }
    }

    private static string[] Copy(List<string> list)
    {
        lock (list)
        {
            return [.. list];
        }
    }
}
