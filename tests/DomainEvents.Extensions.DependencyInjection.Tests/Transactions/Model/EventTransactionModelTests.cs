using FsCheck.Fluent;

namespace DomainEvents.Transactions.Model;

/// <summary>Random sequences of calls against a naive model of what the documents promise.</summary>
public sealed class EventTransactionModelTests : IDisposable
{
    private static readonly bool IsSoak = Environment.GetEnvironmentVariable("DOMAIN_EVENTS_SOAK") == "1";

    private static readonly Which Innermost = new(IsOpen: true, FromNewest: 0);

    private readonly ProgramComparison _comparison = new();

    public void Dispose() => _comparison.Dispose();

    [Fact]
    public void Ten_thousand_random_programs_do_what_the_model_says() =>
        ProgramComparison.Check(IsSoak ? 500_000 : 10_000, program => _comparison.Difference(program));

    [Fact]
    public void The_random_programs_reach_what_they_are_about()
    {
        var lines = TransactionPrograms.All.Generator.Sample(2_000).SelectMany(program => ProgramComparison.RunOnModel(program)).ToArray();

        string[] expected =
        [
            "before commit", "after commit", "after rollback", "called", "handled 0", "handled 1", "handled 2", "handled 3", "failed 1",
            nameof(ArgumentException), nameof(InvalidOperationException), nameof(PlannedFailureException), "T3:Committed", "T3:RolledBack", "current 2",
        ];
        foreach (var sign in expected)
        {
            lines.Count(line => line.Contains(sign, StringComparison.Ordinal)).Should().BeGreaterThan(20, "programs often come to '{0}'", sign);
        }
    }

    /// <summary>Found by the programs: the default implementation of RemoveDomainEvents was called with nothing to remove, and removed all.</summary>
    [Fact]
    public void An_aggregate_that_removes_all_keeps_what_an_inner_rollback_took_back() =>
        _comparison.Difference(
        [
            new Step.Begin(),
            new Step.EnqueueAggregate(Innermost, Aggregate: 2),
            new Step.Begin(),
            new Step.Raise(Aggregate: 2, EventKind.Plain),
            new Step.EnqueueAggregate(Innermost, Aggregate: 2),
            new Step.Rollback(Innermost, Way.Async),
            new Step.Commit(Innermost, Way.Async),
        ]).Should().BeNull();

    /// <summary>Found by the programs: a savepoint at the very beginning was taken for none, and aggregates were not read.</summary>
    [Fact]
    public void A_savepoint_before_anything_was_registered_is_a_savepoint() =>
        _comparison.Difference(
        [
            new Step.Begin(),
            new Step.Begin(),
            new Step.CreateSavepoint(Innermost, "a"),
            new Step.EnqueueAggregate(Innermost with { FromNewest = 1 }, Aggregate: 0),
            new Step.Raise(Aggregate: 0, EventKind.Plain),
            new Step.RollbackToSavepoint(Innermost, "a"),
        ]).Should().BeNull();

    [Fact]
    public void In_an_enlisted_SQLite_transaction_the_rows_that_survive_are_the_events_that_were_published() =>
        ProgramComparison.Check(IsSoak ? 20_000 : 500, program =>
        {
            using var rows = new RowTable();
            return _comparison.Difference(program, rows);
        });
}
