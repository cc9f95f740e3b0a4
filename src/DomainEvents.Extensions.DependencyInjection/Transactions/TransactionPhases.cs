using System.Reflection;

namespace DomainEvents.Transactions;

/// <summary>Which phase a handler class asks for, and on which occasions it runs then.</summary>
internal static class TransactionPhases
{
    public static TransactionPhase Of(Type handlerType) =>
        handlerType.GetCustomAttribute<TransactionPhaseAttribute>(inherit: false)?.Phase ?? TransactionPhase.AfterCommit;

    public static Occasions OccasionsOf(TransactionPhase phase) => phase switch
    {
        TransactionPhase.BeforeCommit => Occasions.Immediate | Occasions.BeforeCommit,
        TransactionPhase.AfterCommit => Occasions.Immediate | Occasions.AfterCommit,
        TransactionPhase.AfterRollback => Occasions.AfterRollback,
        TransactionPhase.AfterCompletion =>
            Occasions.Immediate | Occasions.AfterCommit | Occasions.AfterRollback | Occasions.InDoubt,
        _ => throw new InvalidOperationException($"[TransactionPhase({(int)phase})] is not one of the defined phases."),
    };
}
