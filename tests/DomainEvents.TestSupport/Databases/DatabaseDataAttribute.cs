using System.Reflection;
using Xunit.Sdk;

namespace DomainEvents.TestSupport.Databases;

/// <summary>Runs a theory on one database, synchronously and asynchronously.</summary>
public abstract class DatabaseDataAttribute(DatabaseKind kind) : DataAttribute
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) =>
        [[kind, How.Synchronously], [kind, How.Asynchronously]];
}
