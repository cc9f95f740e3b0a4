using DomainEvents.Outbox.CrashChild.Killing;

namespace DomainEvents.Outbox.CrashChild.Orders;

[EventHandler(Name = "stock")]
internal sealed class CountStock(Journal journal, WatchedStore store, NamedPoints points, ChildOptions options)
    : OrderHandler("stock", journal, store, points, options);
