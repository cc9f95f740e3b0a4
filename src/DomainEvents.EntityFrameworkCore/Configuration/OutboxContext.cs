using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.EntityFrameworkCore.Configuration;

/// <summary>That the events of a type of context are stored in the outbox.</summary>
internal sealed class OutboxContext(Type type)
{
    public static bool Contains(IServiceProvider services, DbContext context) =>
        services.GetServices<OutboxContext>().Any(stored => stored.IsFor(context));

    private bool IsFor(DbContext context) => type.IsInstanceOfType(context);
}
