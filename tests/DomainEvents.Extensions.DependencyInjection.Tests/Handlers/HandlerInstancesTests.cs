using DomainEvents.Handlers;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Tests.Companion;

public class HandlerInstancesTests
{
    private readonly List<string> _disposed = [];

    [Fact]
    public void A_shared_handler_is_made_once_and_disposed_once()
    {
        using var services = new ServiceCollection().BuildServiceProvider();
        var source = new InstanceHandlerSource(new object());
        var instances = new HandlerInstances();
        var made = 0;

        object Make(IServiceProvider provider)
        {
            made++;
            return new Disposable(_disposed, "shared");
        }

        instances.GetOrAdd(source, Make, services).Should().BeSameAs(instances.GetOrAdd(source, Make, services));
        instances.Dispose();

        made.Should().Be(1);
        _disposed.Should().Equal("shared");
    }

    [Fact]
    public void Disposal_goes_backwards()
    {
        var instances = new HandlerInstances();
        instances.Add(new Disposable(_disposed, "first"));
        instances.Add(new object());
        instances.Add(new Disposable(_disposed, "last"));

        instances.Dispose();

        _disposed.Should().Equal("last", "first");
    }

    [Fact]
    public async Task Asynchronous_disposal_prefers_the_asynchronous_way()
    {
        var instances = new HandlerInstances();
        instances.Add(new Disposable(_disposed, "first"));
        instances.Add(new BothWays(_disposed));

        await instances.DisposeAsync();

        _disposed.Should().Equal("asynchronously", "first");
    }

    [Fact]
    public void Synchronous_disposal_of_what_is_only_asynchronous_is_refused_by_name()
    {
        var instances = new HandlerInstances();
        instances.Add(new AsyncOnly());

        var act = instances.Dispose;

        act.Should().Throw<InvalidOperationException>().WithMessage("*AsyncOnly*DisposeAsync*");
    }

    private sealed class Disposable(List<string> disposed, string name) : IDisposable
    {
        public void Dispose() => disposed.Add(name);
    }

    private sealed class BothWays(List<string> disposed) : IDisposable, IAsyncDisposable
    {
        public void Dispose() => disposed.Add("synchronously");

        public ValueTask DisposeAsync()
        {
            disposed.Add("asynchronously");
            return default;
        }
    }

    private sealed class AsyncOnly : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => default;
    }
}
