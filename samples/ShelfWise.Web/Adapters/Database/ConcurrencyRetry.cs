using Microsoft.EntityFrameworkCore;

namespace ShelfWise.Adapters.Database;

/// <summary>
/// Runs a use case again when somebody else has changed what it had read. Each attempt has a scope of its own: a
/// DbContext whose save failed still holds what it wanted to save, and its aggregates their events.
/// </summary>
internal sealed class ConcurrencyRetry(IServiceScopeFactory scopes)
{
    // No pause in between: for each that fails another one has got through, so they do not wait for each other in circles.
    private const int MaxAttempts = 20;

    /// <exception cref="DbUpdateConcurrencyException">Others were faster, every time.</exception>
    public async Task<TResult> ExecuteAsync<TUseCase, TResult>(Func<TUseCase, Task<TResult>> execute)
        where TUseCase : notnull
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var scope = scopes.CreateAsyncScope();
            try
            {
                return await execute(scope.ServiceProvider.GetRequiredService<TUseCase>());
            }
            catch (DbUpdateConcurrencyException) when (attempt < MaxAttempts)
            {
            }
        }
    }
}
