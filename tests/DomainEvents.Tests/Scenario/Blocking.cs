namespace DomainEvents.Tests;

/// <summary>What callers do that cannot await.</summary>
internal static class Blocking
{
    public static T Wait<T>(ValueTask<T> task) => task.GetAwaiter().GetResult();

    public static T Result<T>(ValueTask<T> task) => task.Result;

    public static T WaitAsTask<T>(ValueTask<T> task) => task.AsTask().GetAwaiter().GetResult();
}
