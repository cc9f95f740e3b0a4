using System.Collections.Concurrent;
using FsCheck;
using FsCheck.Fluent;

namespace DomainEvents.Tests;

/// <summary>Any mix of handlers, run in every mode, gives what a few lines of plain code say it must.</summary>
public sealed class FanOutModelTests
{
    [Theory]
    [InEitherContext(Rows = typeof(EveryFanOut))]
    public void Any_mix_of_handlers_gives_the_result_that_the_model_says(FanOut fanOut, int? maxConcurrency, bool context)
    {
        var handlers = ArbMap.Default.ArbFor<(byte Order, bool Asynchronous, bool Fails)[]>();

        Prop.ForAll(handlers, mix => Holds(fanOut, maxConcurrency, context, mix)).QuickCheckThrowOnFailure();
    }

    private static bool Holds(FanOut fanOut, int? maxConcurrency, bool context, (byte Order, bool Asynchronous, bool Fails)[] mix)
    {
        PoolContext.Use(context);
        var bus = EveryFanOut.Bus(fanOut, maxConcurrency);
        var ran = new ConcurrentQueue<int>();
        for (var i = 0; i < mix.Length; i++)
        {
            var index = i;
            bus.OnAsync<OrderPlaced>(
                async (_, _) =>
                {
                    ran.Enqueue(index);
                    if (mix[index].Asynchronous)
                    {
                        await Task.Yield();
                    }

                    if (mix[index].Fails)
                    {
                        throw new InvalidOperationException();
                    }
                },
                $"{i}",
                Stage(index));
        }

        var result = Blocking.WaitAsTask(bus.PublishAsync(new OrderPlaced()));

        // The model: by stage, then by registration; all of them, or up to the first failure.
        int[] expected = [.. Enumerable.Range(0, mix.Length).OrderBy(Stage)];
        var firstFailure = Array.FindIndex(expected, index => mix[index].Fails);
        if (fanOut == FanOut.StopOnFirstFailure && firstFailure >= 0)
        {
            expected = expected[..(firstFailure + 1)];
        }

        return result.HandlerCount == expected.Length
            && result.Failures.Select(failure => failure.Handler.Name).SequenceEqual(
                expected.Where(index => mix[index].Fails).Select(index => $"{index}"))
            && ran.Order().SequenceEqual(expected.Order())
            && ran.Select(Stage).SequenceEqual(expected.Select(Stage))
            && (SeveralThreads(fanOut, maxConcurrency) || ran.SequenceEqual(expected));

        int Stage(int index) => mix[index].Order % 4;
    }

    /// <summary>Whether handlers are taken in order, but may start side by side: several workers go on behind an await.</summary>
    private static bool SeveralThreads(FanOut fanOut, int? maxConcurrency) =>
        fanOut == FanOut.Parallel || (fanOut == FanOut.Concurrent && maxConcurrency > 1);
}
