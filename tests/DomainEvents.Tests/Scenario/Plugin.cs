using System.Runtime.Loader;

namespace DomainEvents.Tests;

/// <summary>Loads this very assembly a second time, into a context that can be unloaded: its event types are then others.</summary>
internal static class Plugin
{
    public static IDomainEvent NewEvent(AssemblyLoadContext plugin)
    {
        // The bus and IDomainEvent come from the default context, as a plugin's shared contracts do.
        var assembly = plugin.LoadFromAssemblyPath(typeof(PluginEvent).Assembly.Location);
        return (IDomainEvent)Activator.CreateInstance(assembly.GetType(typeof(PluginEvent).FullName!, throwOnError: true)!)!;
    }
}

/// <summary>An event without much around it, to be loaded by <see cref="Plugin"/>.</summary>
public sealed class PluginEvent : IDomainEvent
{
    public Guid EventId { get; } = Guid.NewGuid();

    public DateTimeOffset OccurredAt => default;
}
