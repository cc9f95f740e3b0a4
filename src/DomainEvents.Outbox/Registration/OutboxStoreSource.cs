using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Outbox.Registration;

/// <summary>The store of the container, of which there must be one.</summary>
internal sealed class OutboxStoreSource(IServiceProvider root)
{
    private readonly Lazy<IOutboxStore> _store = new(() => Find(root), LazyThreadSafetyMode.PublicationOnly);

    /// <exception cref="InvalidOperationException">There is none, or there are several.</exception>
    public IOutboxStore Store => _store.Value;

    /// <summary>
    /// Makes the store, so that the container disposes of it later than of whoever is being made. What is wrong with it is told when it is used.
    /// </summary>
    public OutboxStoreSource Prepared()
    {
        try
        {
            _ = Store;
        }
#pragma warning disable CA1031 // as said
        catch (Exception)
#pragma warning restore CA1031
        {
        }

        return this;
    }

    private static IOutboxStore Find(IServiceProvider root)
    {
        var stores = root.GetServices<IOutboxStore>().Distinct().ToArray();
        return stores switch
        {
            [var store] => store,
            [] => throw new InvalidOperationException(
                "The outbox has no store. Call UsePostgreSqlOutbox or UseSqliteOutbox on the builder of AddDomainEvents, or register an IOutboxStore."),
            _ => throw new InvalidOperationException(
                $"The outbox has {stores.Length} stores: {string.Join(" and ", stores.Select(store => TypeNames.FullName(store.GetType())))}. Its events are in one " +
                "database: call UsePostgreSqlOutbox or UseSqliteOutbox once. To put another store in its place, remove the first registration of IOutboxStore."),
        };
    }
}
