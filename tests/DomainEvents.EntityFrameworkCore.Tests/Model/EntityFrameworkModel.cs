using System.Globalization;
using DomainEvents.TestSupport.Databases;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;
using Xunit.Abstractions;

namespace DomainEvents.EntityFrameworkCore.Tests.Model;

/// <summary>Runs random programs on a real database, where the rows that others see say what is owed.</summary>
internal static class EntityFrameworkModel
{
    public static bool IsSoak { get; } = Environment.GetEnvironmentVariable("DOMAIN_EVENTS_SOAK") == "1";

    /// <summary>Each is met several times among a thousand programs.</summary>
    private static readonly string[] Expected =
    [
        "saves", "saves suppressed", "saves cancelled", "saves with nothing to write", "saves done again", "conflicts", "refusals",
        "saves that the database refused", "saves that handlers or interceptors made fail", "saves that threw after their commit",
        "saves that threw when saved", "commits", "rollbacks", "commits of events", "rollbacks of events", "commits enlisted",
        "savepoint rollbacks", "savepoint rollbacks past newer ones", "savepoint releases", "commits failed", "commits tried again",
        "commits that threw afterwards", "commits refused by a handler", "rollbacks of all that is open", "second contexts",
        "held by the dispatcher", "published at once", "units of work done again", "events published",
    ];

    /// <summary>
    /// A failure shows the program, cut down as far as possible, and the seed; to run just that program again, set
    /// <c>DOMAIN_EVENTS_MODEL_REPLAY</c> to the seed, for example <c>123,456</c>, or <c>123,456,50</c> with the size that is
    /// printed behind it.
    /// </summary>
    public static void Check(ModelDesk desk, int programs, ITestOutputHelper output)
    {
        var config = Config.QuickThrowOnFailure.WithMaxTest(programs).WithQuietOnSuccess(true);
        var replay = Environment.GetEnvironmentVariable("DOMAIN_EVENTS_MODEL_REPLAY");
        if (!string.IsNullOrEmpty(replay))
        {
            var numbers = replay.Split(',').Select(number => ulong.Parse(number, CultureInfo.InvariantCulture)).ToArray();
            var size = numbers.Length > 2 ? FSharpOption<int>.Some((int)numbers[2]) : FSharpOption<int>.None;
            config = config.WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd(numbers[0], numbers[1]), size)));
        }

        Prop.ForAll(Programs.All, program =>
        {
            if (Verdict(desk, program) is { } wrong)
            {
                throw new ModelException(wrong);
            }
        }).Check(config);

        output.WriteLine($"{desk.Figures}, lost 0, phantom 0, published twice 0");
        if (string.IsNullOrEmpty(replay))
        {
            foreach (var figure in Expected)
            {
                desk.Figures[figure].Should().BeGreaterThan(programs / 200, "programs often come to '{0}'", figure);
            }
        }
    }

    /// <summary>What is wrong with one program, or <see langword="null"/>.</summary>
    public static string? Verdict(ModelDesk desk, params Step[] program) =>
        Task.Run(() => desk.RunAsync(program)).GetAwaiter().GetResult();

    private sealed class ModelException(string message) : Exception(Environment.NewLine + message);
}
