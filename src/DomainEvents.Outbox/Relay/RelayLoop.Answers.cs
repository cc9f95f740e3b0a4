namespace DomainEvents.Outbox.Relay;

/// <content>What the engine is told.</content>
internal sealed partial class RelayLoop
{
    private void Take(RelayAnswer answer)
    {
        switch (answer.Command, answer.Result)
        {
            case (RelayCommand.Handle handle, var outcomes):
                Take(handle, (IReadOnlyList<HandlerOutcome>?)outcomes);
                break;
            case (not null, Exception exception):
                Fail(answer.Command, exception);
                break;
            case (RelayCommand.Exchange exchange, OutboxExchangeResult result):
                Take(exchange, result);
                break;
            case (RelayCommand.Renew renew, RelayLease lease):
                Take(renew, lease);
                break;
            case (RelayCommand.Release release, _):
                Take(release);
                break;
            case (null, TaskCompletionSource<int> waiter):
                _idleWaiters.Add(waiter);
                _engine.Wake();
                break;
            case (null, RelayAnswer.WakeSignal):
                Volatile.Write(ref _isWoken, 0);
                _engine.Wake();
                break;
            case (null, RelayAnswer.StopSignal):
                Stop();
                break;
        }
    }

    private void Stop()
    {
        _ownsEverything = false;
        _engine.Stop();
    }

    private void Take(RelayCommand.Handle handle, IReadOnlyList<HandlerOutcome>? outcomes)
    {
        if (outcomes is not null && !handle.Lane.IsDropped)
        {
            _observer.Handled(handle.Entry.Message, outcomes);
        }

        if (_delivery.IsContainerGone)
        {
            Stop(); // whatever is called again ends as this did
        }

        _engine.Handled(handle, outcomes);
    }

    private void Take(RelayCommand.Exchange exchange, OutboxExchangeResult result)
    {
        _observer.Exchanged(exchange.Request, result);
        if (result.Lost.Count == 0)
        {
            _engine.Exchanged(exchange, result, Now);
            return;
        }

        var before = _engine.Owned.ToList();
        _engine.Exchanged(exchange, result, Now);
        TellLost(before);
    }

    private void Take(RelayCommand.Renew renew, RelayLease lease)
    {
        var before = _engine.Owned.ToList();
        _engine.Renewed(renew, lease);
        _observer.Renewed(lease);
        _renewalIsOverdue = renew.SentAt + (_leaseDuration / 2);
        _ownsEverything = lease.Partitions.Count == OutboxMessage.PartitionCount && lease.Share == OutboxMessage.PartitionCount;
        TellLost(before);
    }

    private void Take(RelayCommand.Release release)
    {
        _engine.Released(release);
        _workers.Forget(release.Partitions);
    }

    private void Fail(RelayCommand command, Exception exception)
    {
        if (_abandoned.IsCancellationRequested)
        {
            return;
        }

        _observer.Failed(command, exception);
        _idleWaiters.ForEach(waiter => waiter.TrySetException(exception));
        _idleWaiters.Clear();
        switch (command)
        {
            case RelayCommand.Renew:
                _engine.NotRenewed(Now);
                break;
            case RelayCommand.Exchange:
                _engine.NotExchanged(Now);
                break;
            case RelayCommand.Release release:
                Take(release);
                break;
        }
    }

    private void TellLost(List<OwnedPartition> before)
    {
        var lost = before.Except(_engine.Owned).ToList();
        _ownsEverything &= lost.Count == 0;
        _observer.Lost(lost);
        lost.ForEach(_workers.Cancel);
    }
}
