using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DomainEvents.DocSnippets.Guides;

internal static class BackgroundGuide
{
    public sealed record OrderPlaced(string OrderNumber) : DomainEvent;

    private sealed class SendConfirmation : IEventHandler<OrderPlaced>
    {
        public async ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            await Task.Delay(100, cancellationToken);
            Console.WriteLine($"confirmation sent for {domainEvent.OrderNumber}");
        }
    }

    public static void Configure(HostApplicationBuilder builder)
    {
        #region background-dispatch
        builder.Services.AddDomainEvents(typeof(OrderPlaced).Assembly)
            .AddBackgroundDispatch(options =>
            {
                options.Capacity = 1024;    // transactions that may wait; a commit waits for room
                options.MaxConcurrency = 8; // transactions whose work runs at the same time
            });

        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(60));
        #endregion
    }

    [Snippet("background-result")]
    public static async Task ResultAsync()
    {
        var services = new ServiceCollection();
        services.AddDomainEvents().AddHandler<SendConfirmation>().AddBackgroundDispatch();
        await using var provider = services.BuildServiceProvider();
        await using var scope = provider.CreateAsyncScope();
        var dispatcher = scope.ServiceProvider.GetRequiredService<IEventDispatcher>();

        #region background-result
        await using (var transaction = dispatcher.Begin())
        {
            await dispatcher.PublishAsync(new OrderPlaced("A-17"));
            var result = await transaction.CommitAsync();
            Console.WriteLine($"committed: {result}");
        }

        await dispatcher.WhenIdleAsync();
        #endregion
    }
}
