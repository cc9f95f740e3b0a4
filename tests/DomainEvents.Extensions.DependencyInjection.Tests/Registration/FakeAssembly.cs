using System.Reflection;

namespace DomainEvents.Tests.Companion;

/// <summary>An assembly of just these types, so that a scan does not find the handlers of all other tests.</summary>
internal sealed class FakeAssembly(params Type[] types) : Assembly
{
    public override Type[] GetTypes() => types;
}
