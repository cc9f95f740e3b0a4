using System.Diagnostics;
using System.Diagnostics.Metrics;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.DocSnippets.Guides;

internal static class DiagnosticsGuide
{
    #region event-type
    [EventType("shop.order-placed")]
    public sealed record OrderPlaced(string OrderNumber) : DomainEvent;

    [EventHandler(Name = "send-confirmation")]
    public sealed class SendConfirmation : IEventHandler<OrderPlaced>
    {
        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
    #endregion

    [Snippet("listen")]
    public static async Task ListenAsync()
    {
        #region listen
        using var spans = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "DomainEvents",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span => Console.WriteLine(
                $"span '{span.DisplayName}' by {span.GetTagItem("messaging.consumer.group.name")}"),
        };
        ActivitySource.AddActivityListener(spans);

        using var counts = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "DomainEvents")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        counts.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            Console.WriteLine($"{instrument.Name} +{value} {string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}"));
        counts.Start();
        #endregion

        var services = new ServiceCollection();
        services.AddDomainEvents().AddHandler<SendConfirmation>();
        await using var provider = services.BuildServiceProvider();
        await using var scope = provider.CreateAsyncScope();
        var dispatcher = scope.ServiceProvider.GetRequiredService<IEventDispatcher>();
        await using var transaction = dispatcher.Begin();
        await dispatcher.PublishAsync(new OrderPlaced("A-17"));
        await transaction.CommitAsync();
    }
}
