using System.Runtime.CompilerServices;

namespace DomainEvents;

/// <summary>How deep publishes are nested on this thread's stack, handler in handler.</summary>
internal static class PublishDepth
{
    // Down to here any thread's stack suffices; deeper, where the limit allows it, the stack is asked.
    private const int Unquestioned = 64;

    [ThreadStatic]
    private static int _depth;

    public static void Enter(int limit)
    {
        var depth = _depth + 1;
        if (depth > limit || (depth > Unquestioned && !RuntimeHelpers.TryEnsureSufficientExecutionStack()))
        {
            throw TooDeep(depth, limit);
        }

        _depth = depth;
    }

    public static void Exit() => _depth--;

    private static InvalidOperationException TooDeep(int depth, int limit) => new(
        depth > limit
            ? $"Handlers publish from handlers more than {limit} deep, which EventBusOptions.MaxPublishDepth does not allow. " +
              "Usually an event causes itself: break the cycle, or raise the limit."
            : $"The stack is used up at {depth} nested publishes, before EventBusOptions.MaxPublishDepth ({limit}) is reached. " +
              "Usually an event causes itself: break the cycle, or lower the limit.");
}
