using DomainEvents.Outbox.CrashChild;

var stop = Parent.StopAsync();
await using var application = new OrderApplication(ChildOptions.Parse(args[0]));
await application.StartAsync();
Parent.Tell("ready");
await application.StopWhenAsync(stop);
Parent.Tell("stopped");
