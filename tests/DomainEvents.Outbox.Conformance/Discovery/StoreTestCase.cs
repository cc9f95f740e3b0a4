using Xunit.Abstractions;
using Xunit.Sdk;

namespace DomainEvents.Outbox.Conformance;

/// <summary>A fact about one store.</summary>
public sealed class StoreTestCase : XunitTestCase
{
    [Obsolete("Called by xunit when it reads a test case back.")]
    public StoreTestCase()
    {
    }

    public StoreTestCase(IMessageSink sink, TestMethodDisplay display, TestMethodDisplayOptions displayOptions, ITestMethod method)
        : base(sink, display, displayOptions, method)
    {
    }

    protected override string? GetSkipReason(IAttributeInfo factAttribute) =>
        TestMethod.TestClass.Class.ToRuntimeType()?.GetCustomAttributes(typeof(StoreTestsAttribute), inherit: true)
            .Cast<StoreTestsAttribute>().FirstOrDefault()?.ReasonToSkip
        ?? base.GetSkipReason(factAttribute);
}
