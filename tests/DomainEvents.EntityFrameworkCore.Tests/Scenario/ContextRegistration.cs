using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.EntityFrameworkCore.Tests.Scenario;

internal static class ContextRegistration
{
    /// <summary>Adds the context, with options that come behind <c>UseDomainEvents</c>.</summary>
    public static void AddContextWith(
        this IServiceCollection services,
        Action<IServiceProvider, DbContextOptionsBuilder> options,
        Action<DbContextOptionsBuilder> later) =>
        services.AddDbContext<TicketsContext>((provider, builder) =>
        {
            options(provider, builder);
            later(builder);
        });
}
