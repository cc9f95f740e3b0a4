namespace DomainEvents.Tests;

/// <summary>All ways in which a bus can run its handlers.</summary>
public sealed class EveryFanOut : TheoryData<FanOut, int?>
{
    public EveryFanOut()
    {
        Add(FanOut.Concurrent, null);
        Add(FanOut.Concurrent, 1);
        Add(FanOut.Concurrent, 2);
        Add(FanOut.Concurrent, 100);
        Add(FanOut.Sequential, null);
        Add(FanOut.Sequential, 5);
        Add(FanOut.StopOnFirstFailure, null);
        Add(FanOut.Parallel, null);
        Add(FanOut.Parallel, 1);
        Add(FanOut.Parallel, 2);
    }

    internal static InMemoryEventBus Bus(FanOut fanOut, int? maxConcurrency) =>
        new(new EventBusOptions { FanOut = fanOut, MaxConcurrency = maxConcurrency });
}
