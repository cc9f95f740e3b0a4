using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace DomainEvents.Outbox.Relay;

/// <summary>Run handlers beside the loop, as many events at once as the engine hands out.</summary>
internal sealed class RelayWorkers
{
    // What the engine hands out beyond that waits for one of them.
    private const int Most = 1000;

    private readonly Channel<Work> _work = Channel.CreateUnbounded<Work>(new UnboundedChannelOptions { SingleWriter = true });

    // What cancels the handlers of a partition when it is lost, or when all are cut. Only the loop looks at it.
    private readonly Dictionary<OwnedPartition, (CancellationTokenSource Source, CancellationTokenRegistration Cut)> _partitions = [];
    private readonly EventDelivery _delivery;
    private readonly ChannelWriter<RelayAnswer> _answers;
    private readonly CancellationToken _cut;
    private readonly Task[] _workers;
    private int _running;

    public RelayWorkers(EventDelivery delivery, int count, ChannelWriter<RelayAnswer> answers, CancellationToken cut)
    {
        (_delivery, _answers, _cut) = (delivery, answers, cut);
        using (ExecutionContext.SuppressFlow())
        {
            _workers = [.. Enumerable.Range(0, Math.Min(count, Most)).Select(_ => Task.Run(RunAsync))];
        }
    }

    /// <summary>How many events are with their handlers.</summary>
    public int Running => Volatile.Read(ref _running);

    public void Handle(RelayCommand.Handle command)
    {
        var partition = command.Lane.Partition.Owned;
        if (!_partitions.TryGetValue(partition, out var calls))
        {
            // Not linked: then the callbacks of one handler would keep those of all others waiting.
            var source = new CancellationTokenSource();
            calls = (source, _cut.UnsafeRegister(static source => ((CancellationTokenSource)source!).CancelBeside(), source));
            _partitions.Add(partition, calls);
        }

        _work.Writer.TryWrite(new Work(command, calls.Source.Token));
    }

    /// <summary>Cancels what runs of a partition that is lost; what comes of it is still told.</summary>
    public void Cancel(OwnedPartition partition) => Remove(partition)?.CancelBeside();

    /// <summary>Forgets partitions that were given back: nothing of them runs.</summary>
    public void Forget(IEnumerable<OwnedPartition> partitions)
    {
        foreach (var partition in partitions)
        {
            Remove(partition);
        }
    }

    /// <summary>Waits for those that run; nothing more comes.</summary>
    public async Task CompleteAsync()
    {
        _work.Writer.TryComplete();
        await Task.WhenAll(_workers).ConfigureAwait(false);
        Forget([.. _partitions.Keys]);
    }

    private CancellationTokenSource? Remove(OwnedPartition partition)
    {
        if (!_partitions.Remove(partition, out var calls))
        {
            return null;
        }

        calls.Cut.Unregister();
        return calls.Source;
    }

    private async Task RunAsync()
    {
        await foreach (var (command, token) in _work.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            Interlocked.Increment(ref _running);
            var outcomes = await _delivery.RunAsync(command, token).ConfigureAwait(false);
            Interlocked.Decrement(ref _running);
            _answers.TryWrite(new RelayAnswer(command, outcomes));
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Work(RelayCommand.Handle Command, CancellationToken Token);
}
