using DomainEvents.TestSupport.Databases;
using FsCheck;
using FsCheck.Fluent;

namespace DomainEvents.EntityFrameworkCore.Tests.Model;

/// <summary>Random programs, and the smaller programs to try when one fails.</summary>
internal static class Programs
{
    private static readonly Gen<On> AnyContext = Gen.Frequency((3, Gen.Constant(On.First)), (2, Gen.Constant(On.Second)));

    private static readonly Gen<How> AnyHow = Gen.Elements(How.Synchronously, How.Asynchronously);

    private static readonly Gen<int> AnyParcel = Gen.Choose(0, 4);

    private static readonly Gen<bool> Seldom = Gen.Frequency((6, Gen.Constant(false)), (1, Gen.Constant(true)));

    private static readonly Gen<string> AnyName = Gen.Elements("a", "b", "c");

    private static readonly Gen<Through> AnyThrough = Gen.Frequency((3, Gen.Constant(Through.Context)), (1, Gen.Constant(Through.Dispatcher)));

    private static readonly Gen<Reaction> AnyReaction = Gen.Frequency(
        (12, Gen.Constant(Reaction.Nothing)),
        (4, Gen.Elements(Reaction.AddsRow, Reaction.RaisesOnSame, Reaction.Publishes)),
        (1, Gen.Elements(Reaction.ThrowsOnce, Reaction.ThrowsOnce, Reaction.Throws)));

    private static readonly Gen<SaveWay> AnySaveWay = Gen.Frequency(
        (12, Gen.Constant(SaveWay.Plain)), (5, Gen.Elements(Enum.GetValues<SaveWay>())));

    private static readonly Gen<EndWay> AnyEndWay = Gen.Frequency(
        (4, Gen.Constant(EndWay.Commit)), (4, Gen.Elements(Enum.GetValues<EndWay>())));

    private static readonly Gen<EndWay> AnyFailure = Gen.Elements(
        EndWay.Rollback, EndWay.Dispose, EndWay.CommitFailsThenRollback, EndWay.CommitFailsThenDispose);

    private static readonly Gen<Step> AnyChange = Gen.Frequency(
        (8, AnyContext.SelectMany(on => AnyReaction.SelectMany(reaction => Seldom.Select(Step (twin) => new Step.Add(on, reaction, twin))))),
        (5, AnyContext.SelectMany(on => AnyParcel.SelectMany(parcel => AnyReaction.SelectMany(
            reaction => Seldom.Select(Step (twin) => new Step.Rename(on, parcel, reaction, twin)))))),
        (1, With(AnyContext, AnyParcel, Step (on, parcel) => new Step.Touch(on, parcel))),
        (3, With(AnyContext, AnyParcel, AnyReaction, Step (on, parcel, reaction) => new Step.Say(on, parcel, reaction))),
        (2, With(AnyContext, AnyParcel, AnyHow, Step (on, parcel, how) => new Step.Whisper(on, parcel, how))),
        (2, With(AnyContext, AnyParcel, AnyReaction, Step (on, parcel, reaction) => new Step.Delete(on, parcel, reaction))),
        (2, With(AnyContext, AnyParcel, Step (on, parcel) => new Step.Conflict(on, parcel))),
        (4, With(AnyContext, AnyReaction, AnyHow, Step (on, reaction, how) => new Step.Publish(on, reaction, how))));

    private static readonly Gen<Step> AnySave = Gen.Frequency(
        (10, With(AnyContext, AnySaveWay, AnyHow, Step (on, way, how) => new Step.Save(on, way, how))),
        (1, With(Gen.Elements(true, false), AnyHow, Step (toSavepoint, how) => new Step.SaveAgain(toSavepoint, how))),
        (3, AnyContext.Select(Step (on) => new Step.Repair(on))),
        (1, AnyContext.Select(Step (on) => new Step.Clear(on))),
        (2, AnyContext.Select(Step (on) => new Step.Load(on))));

    private static readonly Gen<Step> AnySavepoint = Gen.Frequency(
        (3, With(AnyName, AnyThrough, AnyHow, Step (name, through, how) => new Step.CreateSavepoint(name, through, how))),
        (3, With(AnyName, AnyThrough, AnyHow, Step (name, through, how) => new Step.RollbackToSavepoint(name, through, how))),
        (1, With(AnyName, AnyThrough, AnyHow, Step (name, through, how) => new Step.ReleaseSavepoint(name, through, how))));

    private static readonly Gen<Step> AnyTransaction = Gen.Frequency(
        (8, AnyHow.Select(Step (how) => new Step.BeginTransaction(how))),
        (3, Gen.Constant<Step>(new Step.BeginEvents())),
        (14, AnySavepoint),
        (8, With(AnyEndWay, AnyHow, Step (way, how) => new Step.End(way, how))),
        (1, With(Gen.Elements(true, false), AnyHow, Step (dispose, how) => new Step.EndOutermost(dispose, how))),
        (4, Gen.Constant<Step>(new Step.OpenSecond())),
        (1, Gen.Constant<Step>(new Step.CloseSecond())),
        (1, With(Gen.Elements(true, false), Gen.Elements(true, true, false), AnyHow,
            Step (toSavepoint, commit, how) => new Step.EnlistedWork(toSavepoint, commit, how))),
        (1, With(AnyFailure, AnyReaction, AnyHow, Step (failure, reaction, how) => new Step.RetryingWork(failure, reaction, how))),
        (1, Gen.Constant<Step>(new Step.NextScope())));

    private static readonly Gen<Step> AnyStep = Gen.Frequency((27, AnyChange), (17, AnySave), (30, AnyTransaction));

    /// <summary>A transaction that lives for a while: steps drawn one by one seldom come to what is deep inside one.</summary>
    private static readonly Gen<Step[]> WholeTransaction =
        Gen.Frequency((4, AnyChange), (3, AnySave), (5, AnySavepoint)).ArrayOf(8).SelectMany(inside => With(
            AnyHow, AnyHow, AnyEndWay, (begin, end, way) => (Step[])[new Step.BeginTransaction(begin), .. inside, new Step.End(way, end)]));

    private static readonly Gen<Step[]> AnySteps = Gen.Frequency((30, AnyStep.Select(step => (Step[])[step])), (1, WholeTransaction));

    private static readonly Gen<Step> AnySetup = With(
        Gen.Frequency((3, Gen.Constant(true)), (1, Gen.Constant(false))), Gen.Elements(false, true),
        Step (autoSavepoints, faultsBehind) => new Step.Setup(autoSavepoints, faultsBehind));

    public static Arbitrary<Step[]> All { get; } = Arb.From(
        AnySetup.SelectMany(setup => Gen.Choose(5, 40).SelectMany(length => AnySteps.ArrayOf(length)).Select(
            Step[] (steps) => [setup, .. steps.SelectMany(some => some)])),
        Smaller);

    private static Gen<TResult> With<T1, T2, TResult>(Gen<T1> first, Gen<T2> second, Func<T1, T2, TResult> step) =>
        first.SelectMany(one => second.Select(two => step(one, two)));

    private static Gen<TResult> With<T1, T2, T3, TResult>(Gen<T1> first, Gen<T2> second, Gen<T3> third, Func<T1, T2, T3, TResult> step) =>
        first.SelectMany(one => second.SelectMany(two => third.Select(three => step(one, two, three))));

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
            foreach (var simpler in Simpler(program[i]))
            {
                yield return [.. program[..i], simpler, .. program[(i + 1)..]];
            }
        }
    }

    private static IEnumerable<Step> Simpler(Step step) => step switch
    {
        Step.Add { Reaction: not Reaction.Nothing } add => [add with { Reaction = Reaction.Nothing }],
        Step.Add { Twin: true } add => [add with { Twin = false }],
        Step.Rename { Reaction: not Reaction.Nothing } rename => [rename with { Reaction = Reaction.Nothing }],
        Step.Rename { Twin: true } rename => [rename with { Twin = false }],
        Step.Rename rename => [new Step.Say(rename.Context, rename.Parcel, Reaction.Nothing)],
        Step.Say { Reaction: not Reaction.Nothing } say => [say with { Reaction = Reaction.Nothing }],
        Step.Say { Parcel: > 0 } say => [say with { Parcel = 0 }],
        Step.Publish { Reaction: not Reaction.Nothing } publish => [publish with { Reaction = Reaction.Nothing }],
        Step.Save { Way: not SaveWay.Plain } save => [save with { Way = SaveWay.Plain }],
        Step.Save { How: How.Synchronously } save => [save with { How = How.Asynchronously }],
        Step.Save { Context: On.Second } save => [save with { Context = On.First }],
        Step.End { Way: not EndWay.Commit } end => [end with { Way = EndWay.Commit }, end with { Way = EndWay.Rollback }],
        Step.End { How: How.Synchronously } end => [end with { How = How.Asynchronously }],
        _ => [],
    };
}
