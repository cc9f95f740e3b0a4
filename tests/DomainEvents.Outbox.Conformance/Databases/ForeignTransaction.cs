using System.Data;
using System.Data.Common;

namespace DomainEvents.Outbox.Conformance;

/// <summary>A transaction of a provider that no store knows.</summary>
internal sealed class ForeignTransaction : DbTransaction
{
    public override IsolationLevel IsolationLevel => IsolationLevel.Serializable;

    protected override DbConnection? DbConnection => null;

    public override void Commit() => throw new NotSupportedException();

    public override void Rollback() => throw new NotSupportedException();
}
