using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Tests.Companion;

public class HandlerOrderTests
{
    [Fact]
    public async Task Lower_orders_run_first_and_equal_ones_as_registered()
    {
        await using var services = Containers.Build(services =>
        {
            services.AddScoped<IEventHandler<OrderPlaced>, Late>();
            services.AddDomainEvents().AddHandler<SendEmail>().AddHandler<Early>().AddHandler<ReserveStock>();
        });

        await services.PublishAsync(new OrderPlaced());

        services.Journal().Should().Equal("Early", "SendEmail", "ReserveStock", "Late");
    }

    [Fact]
    public async Task A_stage_starts_when_the_one_before_it_has_ended_and_a_failure_does_not_stop_it()
    {
        var gate = new Gate();
        await using var services = Containers.Build(services => services.AddSingleton(gate)
            .AddDomainEvents().AddHandler<Late>().AddHandler<Waits>().AddHandler<FailsToBeMade>());

        var publish = services.PublishAsync(new OrderPlaced());
        await gate.Entered;
        services.Journal().Should().BeEmpty();
        gate.Open();
        var result = await publish;

        services.Journal().Should().Equal("Waits", "Late");
        result.HandlerCount.Should().Be(3);
        result.Failures.Should().ContainSingle();
    }

    [Fact]
    public async Task With_no_transaction_before_commit_handlers_lead_and_after_completion_handlers_close()
    {
        await using var services = Containers.Build(services => services.AddDomainEvents()
            .AddHandler<OnCompletion>().AddHandler<OnRollback>().AddHandler<Early>().AddHandler<BeforeCommit>());

        await services.PublishAsync(new OrderPlaced());

        services.Journal().Should().Equal("BeforeCommit", "Early", "OnCompletion");
    }

    [Fact]
    public void An_undefined_phase_is_an_error()
    {
        using var services = Containers.Build(services => services.AddDomainEvents().AddHandler<InNoPhase>());

        var act = () => services.Bus();

        act.Should().Throw<InvalidOperationException>().WithMessage("*InNoPhase*TransactionPhase(9)*");
    }

    [EventHandler(Order = -1)]
    private sealed class Early(Journal journal) : JournalHandler(journal);

    [EventHandler(Order = 1)]
    private sealed class Late(Journal journal) : JournalHandler(journal);

    private sealed class Waits(Journal journal, Gate gate) : JournalHandler(journal)
    {
        public override async ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            await gate.PassAsync(cancellationToken);
            await base.HandleAsync(domainEvent, cancellationToken);
        }
    }

    [TransactionPhase(TransactionPhase.BeforeCommit), EventHandler(Order = 5)]
    private sealed class BeforeCommit(Journal journal) : JournalHandler(journal);

    [TransactionPhase(TransactionPhase.AfterCompletion), EventHandler(Order = -5)]
    private sealed class OnCompletion(Journal journal) : JournalHandler(journal);

    [TransactionPhase(TransactionPhase.AfterRollback)]
    private sealed class OnRollback(Journal journal) : JournalHandler(journal);

    [TransactionPhase((TransactionPhase)9)]
    private sealed class InNoPhase(Journal journal) : JournalHandler(journal);
}
