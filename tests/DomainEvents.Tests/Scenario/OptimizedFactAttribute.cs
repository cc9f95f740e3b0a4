using System.Diagnostics;
using System.Reflection;

namespace DomainEvents.Tests;

/// <summary>A fact about optimized code: in debug builds the compiler makes every state machine an object.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OptimizedFactAttribute : FactAttribute
{
    public OptimizedFactAttribute()
    {
        if (typeof(InMemoryEventBus).Assembly.GetCustomAttribute<DebuggableAttribute>()?.IsJITOptimizerDisabled == true)
        {
            Skip = "Holds for optimized code only: run it with -c Release.";
        }
    }
}
