namespace DomainEvents.Handlers;

/// <summary>The handlers that were made in one scope, beside the container: shared where scoped, disposed with the scope.</summary>
internal sealed class HandlerInstances : IAsyncDisposable, IDisposable
{
    private readonly Dictionary<HandlerSource, object> _shared = [];
    private readonly List<object> _disposables = [];

    public object GetOrAdd(HandlerSource source, Func<IServiceProvider, object> create, IServiceProvider services)
    {
        lock (_shared)
        {
            if (!_shared.TryGetValue(source, out var instance))
            {
                _shared.Add(source, instance = Add(create(services)));
            }

            return instance;
        }
    }

    public object Add(object instance)
    {
        if (instance is IDisposable or IAsyncDisposable)
        {
            lock (_shared)
            {
                _disposables.Add(instance);
            }
        }

        return instance;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in Enumerable.Reverse(_disposables))
        {
            if (instance is IAsyncDisposable asynchronous)
            {
                await asynchronous.DisposeAsync().ConfigureAwait(false);
            }
            else
            {
                ((IDisposable)instance).Dispose();
            }
        }
    }

    public void Dispose()
    {
        foreach (var instance in Enumerable.Reverse(_disposables))
        {
            (instance as IDisposable ?? throw new InvalidOperationException(
                $"{TypeNames.FullName(instance.GetType())} can only be disposed asynchronously: dispose its scope with DisposeAsync.")).Dispose();
        }
    }
}
