using System.Reflection;

namespace DomainEvents.Transactions;

/// <summary>Which phase a handler class asks for, and on which occasions it runs then.</summary>
internal static class TransactionPhases
{
    public static TransactionPhase Of(Type handlerType)
    {
        var phase = handlerType.GetCustomAttribute<TransactionPhaseAttribute>(inherit: true)?.Phase ?? TransactionPhase.AfterCommit;
        return Enum.IsDefined(phase)
            ? phase
            : throw new InvalidOperationException(
                $"{TypeNames.FullName(handlerType)} has [TransactionPhase({(int)phase})], which is not one of the defined phases.");
    }

    public static Occasions OccasionsOf(TransactionPhase phase) => phase switch
    {
        TransactionPhase.BeforeCommit => Occasions.Immediate | Occasions.BeforeCommit,
        TransactionPhase.AfterCommit => Occasions.Immediate | Occasions.AfterCommit | Occasions.Relayed,
        TransactionPhase.AfterRollback => Occasions.AfterRollback,
        _ => Occasions.Immediate | Occasions.AfterCommit | Occasions.AfterStoredCommit | Occasions.AfterRollback | Occasions.InDoubt, // AfterCompletion
    };
}
