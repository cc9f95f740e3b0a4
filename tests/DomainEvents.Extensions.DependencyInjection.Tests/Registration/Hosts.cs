using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DomainEvents.Tests.Companion;

/// <summary>Real hosts, with no configuration and no logging but what a test adds.</summary>
internal static class Hosts
{
    public static IHost Build(Action<IServiceCollection> register)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddSingleton<Journal>();
        register(builder.Services);
        return builder.Build();
    }
}
