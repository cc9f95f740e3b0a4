using Microsoft.EntityFrameworkCore.Diagnostics;

namespace DomainEvents.EntityFrameworkCore.Capture;

/// <summary>
/// Collects at the beginning of a save. It stands among the user's interceptors, whose order is theirs to choose;
/// what comes after the save is seen before any of them, by <see cref="ContextEvents"/> itself.
/// </summary>
internal sealed class SavingChangesInterceptor : ISaveChangesInterceptor
{
    public static readonly SavingChangesInterceptor Instance = new();

    public InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        if (!result.HasResult && eventData.Context is { } context)
        {
            // Complete already: a synchronous save does not await.
            ContextEvents.Of(context).SavingAsync(synchronous: true, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }

        return result;
    }

    public async ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        if (!result.HasResult && eventData.Context is { } context)
        {
            await ContextEvents.Of(context).SavingAsync(synchronous: false, cancellationToken).ConfigureAwait(false);
        }

        return result;
    }
}
