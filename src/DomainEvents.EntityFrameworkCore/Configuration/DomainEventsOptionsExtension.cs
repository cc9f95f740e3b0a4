using DomainEvents.EntityFrameworkCore.Capture;
using DomainEvents.EntityFrameworkCore.Outbox;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata.Conventions.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace DomainEvents.EntityFrameworkCore.Configuration;

/// <summary>Adds what a context needs to its own services. The same for all contexts, so that they share one container.</summary>
internal sealed class DomainEventsOptionsExtension : IDbContextOptionsExtension
{
    public static readonly DomainEventsOptionsExtension Instance = new();

    private DomainEventsOptionsExtension() => Info = new ExtensionInfo(this);

    public DbContextOptionsExtensionInfo Info { get; }

    public void ApplyServices(IServiceCollection services)
    {
        services.TryAddScoped<ContextEvents>();
        services.AddScoped<IInterceptor>(context => context.GetRequiredService<ContextEvents>());
        services.AddScoped<IResettableService>(context => context.GetRequiredService<ContextEvents>());
        services.AddScoped<IConventionSetPlugin, UnmappedEvents>();
        if (!services.Any(service => service.ServiceType == typeof(IMigrationsModelDiffer)) || services.Any(OutboxModelDiffer.Replaces))
        {
            services.AddScoped<IMigrationsModelDiffer, OutboxModelDiffer>();
        }
    }

    public void Validate(IDbContextOptions options)
    {
        // Nothing to set, nothing to set wrongly.
    }

    private sealed class ExtensionInfo(IDbContextOptionsExtension extension) : DbContextOptionsExtensionInfo(extension)
    {
        public override bool IsDatabaseProvider => false;

        public override string LogFragment => "using DomainEvents ";

        public override int GetServiceProviderHashCode() => 0;

        public override bool ShouldUseSameServiceProvider(DbContextOptionsExtensionInfo other) => other is ExtensionInfo;

        public override void PopulateDebugInfo(IDictionary<string, string> debugInfo) => debugInfo["DomainEvents"] = "1";
    }
}
