using DomainEvents.TestSupport;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DomainEvents.Tests.Transactions;

/// <summary>A container with one handler of each phase, and one scope with its dispatcher: where a unit of work is done.</summary>
internal sealed class Desk : IAsyncDisposable
{
    public delegate ValueTask Script(Noted domainEvent, IServiceProvider services, CancellationToken cancellationToken);

    private readonly ServiceProvider _provider;
    private readonly AsyncServiceScope _scope;

    public Desk(Action<DomainEventsBuilder>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton(this);
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Logs));
        var builder = services.AddDomainEvents()
            .AddHandler<AfterCompletionHandler>()
            .AddHandler<AfterRollbackHandler>()
            .AddHandler<AfterCommitHandler>()
            .AddHandler<BeforeCommitHandler>();
        configure?.Invoke(builder);
        _provider = services.BuildServiceProvider(validateScopes: true);
        _scope = _provider.CreateAsyncScope();
        Dispatcher = Services.GetRequiredService<IEventDispatcher>();
    }

    public Journal Journal { get; } = new();

    public RecordingLoggerProvider Logs { get; } = new();

    public IServiceProvider Services => _scope.ServiceProvider;

    public IEventDispatcher Dispatcher { get; }

    public Script? BeforeCommit { get; set; }

    public Script? AfterCommit { get; set; }

    public Script? AfterRollback { get; set; }

    /// <summary>The texts of the events that after-commit handlers have seen.</summary>
    public IReadOnlyList<string> Published => Journal.Of("after");

    public IReadOnlyList<string> RolledBack => Journal.Of("rolled back");

    public IReadOnlyList<string> Completed => Journal.Of("completed");

    public IReadOnlyList<string> Checked => Journal.Of("before");

    public static Desk WithThrowPolicy() => new(builder =>
        builder.ConfigureTransactions(options => options.NoTransaction = NoTransactionPolicy.Throw));

    public AsyncServiceScope OpenScope() => _provider.CreateAsyncScope();

    public ValueTask<PublishResult> NoteAsync(string text) => Dispatcher.PublishAsync(new Noted(text));

    /// <summary>A callback that writes itself down.</summary>
    public Func<CancellationToken, ValueTask> Callback(string text) => _ =>
    {
        Journal.Add("callback", text);
        return default;
    };

    public Task IdleAsync() => Dispatcher.WhenIdleAsync().Soon();

    public ValueTask CloseScopeAsync() => _scope.DisposeAsync();

    public ValueTask CloseContainerAsync() => _provider.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await _scope.DisposeAsync();
        await _provider.DisposeAsync();
    }
}
