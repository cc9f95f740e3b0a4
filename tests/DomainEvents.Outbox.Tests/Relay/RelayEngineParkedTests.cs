namespace DomainEvents.Outbox.Tests.Relay;

public sealed class RelayEngineParkedTests
{
    [Fact]
    public void An_event_of_an_unknown_type_is_parked_also_behind_another_one_so_that_it_can_be_given_up_and_what_is_known_waits()
    {
        var run = new EngineRun();
        run.Commit("s1", "Removed");
        run.Commit("s1", "Removed");
        run.Commit("s1");

        run.Started().Finish();

        run.Store.Deliveries.Select(delivery => (delivery.Handler, delivery.Row.State)).Should().Equal(
            (Delivery.AllHandlers, DeliveryState.Parked), (Delivery.AllHandlers, DeliveryState.Parked), (Delivery.AllHandlers, DeliveryState.Waiting));
    }

    [Fact]
    public void An_event_of_an_unknown_type_behind_one_that_has_failed_is_parked_for_all_handlers()
    {
        var run = new EngineRun();
        run.Commit("s1");
        run.Commit("s1", "Removed");

        run.Started();
        run.Answer(run.Running.Single(), error: "failed");
        run.Finish();

        run.Store.Deliveries.Select(delivery => (delivery.Handler, delivery.Row.State)).Should().Equal(("A1", DeliveryState.Due), (Delivery.AllHandlers, DeliveryState.Parked));
    }
}
