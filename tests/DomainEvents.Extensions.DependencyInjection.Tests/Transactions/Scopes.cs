using System.Transactions;

namespace DomainEvents.Tests.Transactions;

internal static class Scopes
{
    public static TransactionScope Open(TransactionScopeOption option = TransactionScopeOption.Required) =>
        new(option, TransactionScopeAsyncFlowOption.Enabled);
}
