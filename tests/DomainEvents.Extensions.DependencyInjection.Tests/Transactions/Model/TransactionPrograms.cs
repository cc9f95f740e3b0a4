using FsCheck;
using FsCheck.Fluent;

namespace DomainEvents.Transactions.Model;

/// <summary>Random programs, and the smaller programs to try when one fails.</summary>
internal static class TransactionPrograms
{
    public const int AggregateCount = 3;

    private static readonly Gen<Which> AnyTransaction = Gen.Frequency(
        (12, Gen.Constant(new Which(IsOpen: true, 0))),
        (3, Gen.Constant(new Which(IsOpen: true, 1))),
        (1, Gen.Constant(new Which(IsOpen: true, 2))),
        (1, Gen.Choose(0, 1).Select(n => new Which(IsOpen: false, n))));

    private static readonly Gen<Way> AnyWay = Gen.Frequency((4, Gen.Constant(Way.Async)), (1, Gen.Constant(Way.Sync)));

    private static readonly Gen<string> AnyName = Gen.Elements("a", "b");

    private static readonly Gen<int> AnyAggregate = Gen.Choose(0, AggregateCount - 1);

    private static readonly Gen<EventKind> AnyEvent = Gen.Frequency(
        (12, Gen.Constant(EventKind.Plain)),
        (2, Gen.Constant(EventKind.Breeds)),
        (1, Gen.Constant(EventKind.FailsBeforeCommit)),
        (1, Gen.Constant(EventKind.FailsAfterCommit)));

    private static readonly Gen<CallbackKind> AnyCallback = Gen.Frequency(
        (5, Gen.Constant(CallbackKind.Plain)),
        (1, Gen.Elements(
            CallbackKind.Throws, CallbackKind.RegistersAnother, CallbackKind.Publishes, CallbackKind.OpensTransaction)));

    private static readonly Gen<Step> AnyStep = Gen.Frequency(
        (5, Gen.Constant<Step>(new Step.Begin())),
        (5, With(AnyTransaction, AnyName, (transaction, name) => new Step.CreateSavepoint(transaction, name))),
        (2, With(AnyTransaction, AnyName, (transaction, name) => new Step.ReleaseSavepoint(transaction, name))),
        (4, With(AnyTransaction, AnyName, (transaction, name) => new Step.RollbackToSavepoint(transaction, name))),
        (5, With(AnyTransaction, AnyWay, (transaction, way) => new Step.Commit(transaction, way))),
        (1, With(AnyTransaction, AnyWay, (transaction, way) => new Step.Rollback(transaction, way))),
        (1, With(AnyTransaction, AnyWay, (transaction, way) => new Step.Dispose(transaction, way))),
        (6, With(AnyTransaction, AnyEvent, (transaction, kind) => new Step.EnqueueEvent(transaction, kind))),
        (1, With(AnyTransaction, Gen.Choose(0, 5), (transaction, earlier) => new Step.EnqueueSameEvent(transaction, earlier))),
        (1, With(AnyTransaction, Gen.Choose(0, 5), (transaction, earlier) => new Step.EnqueueCopy(transaction, earlier))),
        (5, With(AnyTransaction, AnyAggregate, (transaction, aggregate) => new Step.EnqueueAggregate(transaction, aggregate))),
        (6, With(AnyAggregate, AnyEvent, (aggregate, kind) => new Step.Raise(aggregate, kind))),
        (3, With(AnyTransaction, AnyCallback, (transaction, kind) => new Step.OnCommitted(transaction, kind))),
        (3, With(AnyTransaction, AnyCallback, (transaction, kind) => new Step.OnRolledBack(transaction, kind))),
        (3, AnyEvent.Select(Step (kind) => new Step.Publish(kind))),
        (2, AnyAggregate.Select(Step (aggregate) => new Step.PublishFrom(aggregate))),
        (1, AnyCallback.Select(Step (kind) => new Step.OnCommittedOfDispatcher(kind))),
        (1, AnyCallback.Select(Step (kind) => new Step.OnRolledBackOfDispatcher(kind))));

    public static Arbitrary<Step[]> All { get; } = Arb.From(
        Gen.Choose(1, 50).SelectMany(length => AnyStep.ArrayOf(length)).Select(Step[] (steps) => [new Step.Begin(), .. steps]), Smaller);

    private static Gen<Step> With<T1, T2>(Gen<T1> first, Gen<T2> second, Func<T1, T2, Step> step) =>
        first.SelectMany(one => second.Select(two => step(one, two)));

    /// <summary>Fewer steps first, in ever smaller cuts; then simpler ones.</summary>
    private static IEnumerable<Step[]> Smaller(Step[] program)
    {
        for (var cut = program.Length / 2; cut > 0; cut /= 2)
        {
            for (var start = 0; start + cut <= program.Length; start += cut)
            {
                yield return [.. program[..start], .. program[(start + cut)..]];
            }
        }

        for (var i = 0; i < program.Length; i++)
        {
            if (Simpler(program[i]) is { } simpler)
            {
                yield return [.. program[..i], simpler, .. program[(i + 1)..]];
            }
        }
    }

    private static Step? Simpler(Step step) => step switch
    {
        Step.EnqueueEvent { Kind: not EventKind.Plain } enqueue => enqueue with { Kind = EventKind.Plain },
        Step.Raise { Kind: not EventKind.Plain } raise => raise with { Kind = EventKind.Plain },
        Step.Publish { Kind: not EventKind.Plain } => new Step.Publish(EventKind.Plain),
        Step.OnCommitted { Kind: not CallbackKind.Plain } callback => callback with { Kind = CallbackKind.Plain },
        Step.OnRolledBack { Kind: not CallbackKind.Plain } callback => callback with { Kind = CallbackKind.Plain },
        Step.Commit { Way: Way.Sync } commit => commit with { Way = Way.Async },
        Step.Rollback { Way: Way.Sync } rollback => rollback with { Way = Way.Async },
        Step.Dispose { Way: Way.Sync } dispose => dispose with { Way = Way.Async },
        Step.Publish { Kind: EventKind.Plain } => new Step.EnqueueEvent(new Which(IsOpen: true, 0), EventKind.Plain),
        Step.PublishFrom publish => new Step.EnqueueAggregate(new Which(IsOpen: true, 0), publish.Aggregate),
        Step.EnqueueAggregate { Aggregate: > 0 } enqueue => enqueue with { Aggregate = 0 },
        Step.Raise { Aggregate: > 0 } raise => raise with { Aggregate = 0 },
        _ => null,
    };
}
