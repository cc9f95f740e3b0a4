using DomainEvents.TestSupport;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace DomainEvents.Tests.Companion;

/// <summary>Containers as strict as they come: every test also shows that scopes and registrations validate.</summary>
internal static class Containers
{
    public static ServiceProvider Build(Action<IServiceCollection> register)
    {
        var services = new ServiceCollection();
        register(services);
        return services.BuildStrict();
    }

    public static ServiceProvider BuildStrict(this IServiceCollection services)
    {
        services.TryAddSingleton<Journal>();
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }

    public static IServiceCollection AddRecording(this IServiceCollection services, RecordingLoggerProvider log) =>
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log));

    public static IEventBus Bus(this IServiceProvider services) => services.GetRequiredService<IEventBus>();

    public static Task<PublishResult> PublishAsync(this IServiceProvider services, IDomainEvent domainEvent) =>
        services.Bus().PublishAsync(domainEvent).Soon();

    public static IReadOnlyList<string> Journal(this IServiceProvider services) => services.GetRequiredService<Journal>().Entries;

    public static IEnumerable<string> HandlerNames<TEvent>(this IServiceProvider services) =>
        services.Bus().HandlersFor(typeof(TEvent)).Select(handler => handler.Name);

    /// <summary>A unit of work in a scope of its own, which has ended when this returns.</summary>
    public static async Task<PublishResult> CommitAsync(this IServiceProvider services, params IDomainEvent[] events)
    {
        await using var scope = services.CreateAsyncScope();
        await using var transaction = scope.ServiceProvider.GetRequiredService<IEventDispatcher>().Begin();
        foreach (var domainEvent in events)
        {
            transaction.Enqueue(domainEvent);
        }

        return await transaction.CommitAsync();
    }

    /// <summary>As <see cref="CommitAsync"/>, by a synchronous commit.</summary>
    public static void Commit(this IServiceProvider services, params IDomainEvent[] events)
    {
        using var scope = services.CreateScope();
        using var transaction = scope.ServiceProvider.GetRequiredService<IEventDispatcher>().Begin();
        foreach (var domainEvent in events)
        {
            transaction.Enqueue(domainEvent);
        }

        transaction.Commit();
    }
}
