namespace DomainEvents;

/// <summary>How the handlers of one event run side by side.</summary>
/// <remarks>
/// In every mode handlers of the same order form a stage, stages run one after the other, and a failing handler stops
/// nobody, except under <see cref="StopOnFirstFailure"/>.
/// </remarks>
public enum FanOut
{
    /// <summary>
    /// All handlers of a stage are started on the caller's thread, one after the other, and then awaited together: a
    /// handler runs while another one awaits. The default.
    /// </summary>
    Concurrent,

    /// <summary>Each handler has ended before the next one starts.</summary>
    Sequential,

    /// <summary>As <see cref="Sequential"/>, and a failure skips the handlers, and the stages, behind it.</summary>
    StopOnFirstFailure,

    /// <summary>Each handler runs on a thread-pool thread of its own, so that one that blocks delays nobody.</summary>
    Parallel,
}
