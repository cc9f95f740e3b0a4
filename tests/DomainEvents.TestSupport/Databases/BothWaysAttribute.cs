using System.Reflection;
using Xunit.Sdk;

namespace DomainEvents.TestSupport.Databases;

/// <summary>Runs a theory synchronously and asynchronously.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BothWaysAttribute : DataAttribute
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [[How.Synchronously], [How.Asynchronously]];
}
