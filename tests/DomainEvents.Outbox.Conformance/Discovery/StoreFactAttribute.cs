using Xunit.Sdk;

namespace DomainEvents.Outbox.Conformance;

/// <summary>A fact about every store. It is skipped where the class of the store's own tests is: see <see cref="StoreTestsAttribute"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("DomainEvents.Outbox.Conformance.StoreFactDiscoverer", "DomainEvents.Outbox.Conformance")]
public sealed class StoreFactAttribute : FactAttribute;
