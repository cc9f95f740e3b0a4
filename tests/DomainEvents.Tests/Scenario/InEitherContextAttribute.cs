using System.Collections;
using System.Reflection;
using Xunit.Sdk;

namespace DomainEvents.Tests;

/// <summary>
/// Data of a theory, each row twice: its last argument, for <see cref="PoolContext.Use"/>, says whether the test runs
/// with a synchronization context.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class InEitherContextAttribute(params object?[] row) : DataAttribute
{
    /// <summary>A class with many rows, instead of the one.</summary>
    public Type? Rows { get; init; }

    public override IEnumerable<object?[]> GetData(MethodInfo testMethod) =>
        from row in Rows is null ? [row] : ((IEnumerable)Activator.CreateInstance(Rows)!).Cast<object?[]>()
        from context in new[] { true, false }
        select (object?[])[.. row, context];
}
