using System.Runtime.InteropServices;

namespace DomainEvents.Outbox.Relay;

/// <summary>What the loop is told: what came of a command, or, with no command, something from outside. The default only says that time has passed.</summary>
/// <param name="Command">The command.</param>
/// <param name="Result">What the store or the handlers returned, or the exception of the store.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RelayAnswer(RelayCommand? Command, object? Result)
{
    public static readonly WakeSignal Wake = new();

    public static readonly StopSignal Stop = new();

    /// <summary>There is something new.</summary>
    public sealed class WakeSignal;

    /// <summary>The host stops.</summary>
    public sealed class StopSignal;
}
