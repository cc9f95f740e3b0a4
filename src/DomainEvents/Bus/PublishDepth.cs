using System.Runtime.CompilerServices;

namespace DomainEvents;

/// <summary>How deep publishes are nested on this thread's stack, handler in handler.</summary>
internal static class PublishDepth
{
    // Down to here any thread's stack suffices; deeper, where the limit allows it, the stack is asked.
    private const int Unquestioned = 64;

    [ThreadStatic]
    private static int _depth;

    /// <summary>Goes one deeper. The caller counts what is returned down again when it leaves.</summary>
    public static ref int Enter(int limit)
    {
        ref var depth = ref _depth;
        if (depth >= limit || (depth >= Unquestioned && !RuntimeHelpers.TryEnsureSufficientExecutionStack()))
        {
            throw TooDeep(depth + 1, limit);
        }

        depth++;
        return ref depth;
    }

    private static InvalidOperationException TooDeep(int depth, int limit) => new(
        depth > limit
            ? $"Handlers publish from handlers more than {limit} deep, which EventBusOptions.MaxPublishDepth does not allow. " +
              "Usually an event causes itself: break the cycle, or raise the limit."
            : $"The stack is used up at {depth} nested publishes, before EventBusOptions.MaxPublishDepth ({limit}) is reached. " +
              "Usually an event causes itself: break the cycle, or lower the limit.");
}
