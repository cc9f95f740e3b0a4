using DomainEvents.Outbox.CrashChild.Killing;

namespace DomainEvents.Outbox.CrashChild.Orders;

[EventHandler(Name = "mail")]
internal sealed class SendMail(Journal journal, WatchedStore store, NamedPoints points, ChildOptions options)
    : OrderHandler("mail", journal, store, points, options);
