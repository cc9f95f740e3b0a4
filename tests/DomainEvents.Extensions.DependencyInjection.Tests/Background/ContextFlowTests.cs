using System.Diagnostics;
using DomainEvents.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Tests.Companion;

public class ContextFlowTests
{
    private static readonly AsyncLocal<string?> Tenant = new();

    [Fact]
    public async Task What_was_current_at_each_commit_is_current_in_its_handlers()
    {
        var seen = new TaskCompletionSource<string?>[] { new(), new() };
        await using var services = Build();
        using var subscription = services.Bus().Subscribe<OrderPlaced>(async (placed, _) =>
        {
            await Task.Yield();
            seen[placed.Number].SetResult($"{Tenant.Value} {Activity.Current?.OperationName}");
        });

        await CommitAsync(0, "first");
        await CommitAsync(1, "second");

        (await seen[0].Task.Soon()).Should().Be("first first");
        (await seen[1].Task.Soon()).Should().Be("second second");

        async Task CommitAsync(int number, string name)
        {
            using var activity = new Activity(name).Start();
            Tenant.Value = name;
            await services.CommitAsync(new OrderPlaced(number));
            Tenant.Value = null;
        }
    }

    [Fact]
    public async Task What_a_handler_changes_reaches_neither_the_committer_nor_the_next_work()
    {
        var seen = new TaskCompletionSource<string?>();
        await using var services = Build();
        using var subscription = services.Bus().Subscribe<OrderPlaced>((placed, _) =>
        {
            if (placed.Number == 2)
            {
                seen.SetResult(Tenant.Value);
            }

            Tenant.Value = "changed";
            return default;
        });
        Tenant.Value = null;

        await services.CommitAsync(new OrderPlaced(1));
        await services.CommitAsync(new OrderPlaced(2));

        (await seen.Task.Soon()).Should().BeNull();
        Tenant.Value.Should().BeNull();
    }

    [Fact]
    public async Task A_committer_that_suppresses_the_flow_is_respected()
    {
        var seen = new TaskCompletionSource<string?>();
        await using var services = Build();
        using var subscription = services.Bus().Subscribe<OrderPlaced>((_, _) =>
        {
            seen.SetResult(Tenant.Value);
            return default;
        });
        Tenant.Value = "tenant";

        using (ExecutionContext.SuppressFlow())
        {
            services.Commit(new OrderPlaced());
        }

        (await seen.Task.Soon()).Should().BeNull();
    }

    [Fact]
    public async Task The_committers_synchronization_context_does_not_follow()
    {
        var seen = new TaskCompletionSource<SynchronizationContext?>();
        await using var services = Build();
        using var subscription = services.Bus().Subscribe<OrderPlaced>((_, _) =>
        {
            seen.SetResult(SynchronizationContext.Current);
            return default;
        });
        var before = SynchronizationContext.Current;

        try
        {
            SynchronizationContext.SetSynchronizationContext(new SynchronizationContext());
            services.Commit(new OrderPlaced());
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        (await seen.Task.Soon()).Should().BeNull();
    }

    private static ServiceProvider Build() => Containers.Build(services =>
        services.AddDomainEvents().AddBackgroundDispatch(options => options.MaxConcurrency = 1));
}
