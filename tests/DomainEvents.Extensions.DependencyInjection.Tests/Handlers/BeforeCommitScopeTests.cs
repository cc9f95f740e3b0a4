using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Tests.Companion;

/// <summary>Before a commit handlers work in the caller's scope; plain ones, which the container does not keep, too.</summary>
public class BeforeCommitScopeTests
{
    [Fact]
    public async Task Scoped_siblings_are_the_same_for_all_events_of_a_scope_and_transient_ones_are_not()
    {
        await using var services = Containers.Build(services =>
        {
            services.AddSingleton<Sessions>().AddScoped<Session>();
            services.AddScoped<IEventHandler<OrderPlaced>, Kept>();
            services.AddTransient<IEventHandler<OrderPlaced>, MadeAnew>();
            services.AddDomainEvents();
        });

        await services.CommitAsync(new OrderPlaced(), new OrderPlaced());

        services.Journal().Should().Equal("Kept 1", "MadeAnew 1", "Kept 2", "MadeAnew 1");
        services.GetRequiredService<Sessions>().All.Should().ContainSingle().Which.Disposed.Should().Be(1);
    }

    [TransactionPhase(TransactionPhase.BeforeCommit)]
    private sealed class Kept(Journal journal, Session session) : CountsItsCalls(journal, session);

    [TransactionPhase(TransactionPhase.BeforeCommit)]
    private sealed class MadeAnew(Journal journal, Session session) : CountsItsCalls(journal, session);

    private abstract class CountsItsCalls(Journal journal, Session session) : IEventHandler<OrderPlaced>
    {
        private int _calls;

        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            session.Disposed.Should().Be(0);
            journal.Write($"{GetType().Name} {++_calls}");
            return default;
        }
    }
}
