using Microsoft.EntityFrameworkCore.Diagnostics;

namespace DomainEvents.Benchmarks.Saves;

/// <summary>
/// Nothing, of the kinds that UseDomainEvents adds: what Entity Framework Core allocates to tell interceptors anything is
/// not the library's doing.
/// </summary>
internal sealed class NoOpInterceptor : ISaveChangesInterceptor, IDbTransactionInterceptor, IDbCommandInterceptor;
