using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.FSharp.Core;

namespace DomainEvents.Transactions.Model;

/// <summary>Runs programs on the model and on the library, and compares what both have written.</summary>
internal sealed class ProgramComparison : IDisposable
{
    private readonly ServiceProvider _provider;

    public ProgramComparison()
    {
        var services = new ServiceCollection();
        services.AddDomainEvents()
            .AddHandler<BeforeCommit>(ServiceLifetime.Singleton)
            .AddHandler<AfterCommit>(ServiceLifetime.Singleton)
            .AddHandler<AfterRollback>(ServiceLifetime.Singleton);
        services.Configure<Background.BackgroundDispatchOptions>(options => options.MaxConcurrency = 1);
        _provider = services.BuildServiceProvider();
    }

    /// <summary>
    /// Runs a property on random programs. A failure shows the program, cut down as far as possible, and the seed; to run just
    /// that program again, set <c>DOMAIN_EVENTS_MODEL_REPLAY</c> to the seed, for example <c>123,456</c>, or <c>123,456,50</c>
    /// with the size that is printed behind it.
    /// </summary>
    public static void Check(int programs, Func<Step[], string?> difference)
    {
        var config = Config.QuickThrowOnFailure.WithMaxTest(programs).WithQuietOnSuccess(true);
        if (Environment.GetEnvironmentVariable("DOMAIN_EVENTS_MODEL_REPLAY") is { Length: > 0 } replay)
        {
            var numbers = replay.Split(',').Select(number => ulong.Parse(number, CultureInfo.InvariantCulture)).ToArray();
            var size = numbers.Length > 2 ? FSharpOption<int>.Some((int)numbers[2]) : FSharpOption<int>.None;
            config = config.WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd(numbers[0], numbers[1]), size)));
        }

        Prop.ForAll(TransactionPrograms.All, program =>
        {
            if (difference(program) is { } found)
            {
                throw new DifferenceException(found);
            }
        }).Check(config);
    }

    /// <summary>What differs, or <see langword="null"/>.</summary>
    public string? Difference(Step[] program, RowTable? rows = null)
    {
        var expected = RunOnModel(program, nesting: rows is null);
        var actual = RunOnLibraryAsync(program, rows).GetAwaiter().GetResult();
        var same = expected.Zip(actual).TakeWhile(pair => pair.First == pair.Second).Count();
        return same == expected.Length && same == actual.Length
            ? null
            : string.Join(Environment.NewLine,
            [
                .. expected.Take(same),
                "-------- the model goes on with", .. expected.Skip(same).Take(8),
                "-------- the library with", .. actual.Skip(same).Take(8),
            ]);
    }

    public void Dispose() => _provider.Dispose();

    public static string[] RunOnModel(Step[] program, bool nesting = true)
    {
        var journal = new Journal();
        var model = new ModelDispatcher(journal, nesting);
        foreach (var step in EndingWithRollback(program))
        {
            journal.Write($"> {step}");
            try
            {
                journal.Write($"  {model.Do(step)}");
            }
            catch (Exception exception)
            {
                journal.Write($"  threw {exception.GetType().Name}");
            }

            journal.Write(model.Snapshot());
        }

        if (!nesting)
        {
            var published = journal.Lines().Where(line => line.EndsWith("after commit", StringComparison.Ordinal))
                .Select(line => int.Parse(line.Split(' ')[0][1..], CultureInfo.InvariantCulture));
            journal.Write($"rows {string.Join(' ', published.Distinct().Order())}");
        }

        return journal.Lines();
    }

    private async Task<string[]> RunOnLibraryAsync(Step[] program, RowTable? rows)
    {
        var journal = new Journal();
        await using var scope = _provider.CreateAsyncScope();
        var real = new RealDispatcher(scope.ServiceProvider.GetRequiredService<IEventDispatcher>(), journal, rows);
        foreach (var step in EndingWithRollback(program))
        {
            journal.Write($"> {step}");
            string told;
            try
            {
                told = $"  {await real.DoAsync(step)}";
            }
            catch (Exception exception)
            {
                told = $"  threw {exception.GetType().Name}";
            }

            await real.Dispatcher.WhenIdleAsync();
            journal.Write(told);
            journal.Write(real.Snapshot());
        }

        if (rows is not null)
        {
            journal.Write($"rows {string.Join(' ', rows.Numbers())}");
        }

        return journal.Lines();
    }

    /// <summary>What a program leaves open is rolled back.</summary>
    private static IEnumerable<Step> EndingWithRollback(Step[] program) => [.. program, new Step.DisposeOutermost()];

    private sealed class DifferenceException(string message) : Exception(Environment.NewLine + message);
}
