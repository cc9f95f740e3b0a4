namespace DomainEvents.TestSupport.Network;

/// <summary>The faults of a proxy that have not happened yet, the oldest first. Thread-safe.</summary>
internal sealed class ArmedFaults
{
    private readonly Lock _lock = new();
    private readonly List<ProxyFault> _faults = [];
    private readonly List<HeldTraffic> _holds = [];

    public TFault Add<TFault>(TFault fault)
        where TFault : ProxyFault
    {
        lock (_lock)
        {
            _faults.Add(fault);
        }

        return fault;
    }

    public HeldTraffic Add(HeldTraffic hold)
    {
        lock (_lock)
        {
            _holds.Add(hold);
        }

        return hold;
    }

    public bool Remove(ProxyFault fault)
    {
        lock (_lock)
        {
            return _faults.Remove(fault);
        }
    }

    public void Remove(HeldTraffic hold)
    {
        lock (_lock)
        {
            _holds.Remove(hold);
        }
    }

    /// <summary>Disarms the oldest fault of its kind that fits and gives it to the caller, who makes it happen.</summary>
    public TFault? Take<TFault>(Func<TFault, bool> fits)
        where TFault : ProxyFault
    {
        lock (_lock)
        {
            var fault = _faults.OfType<TFault>().FirstOrDefault(fits);
            if (fault is not null)
            {
                _faults.Remove(fault);
            }

            return fault;
        }
    }

    /// <summary>Waits as long as a direction is held.</summary>
    public async Task PassAsync(ProxyDirection direction, CancellationToken cancellationToken)
    {
        while (HoldOf(direction) is { } hold)
        {
            await hold.WaitAsync(cancellationToken);
        }
    }

    public void Clear()
    {
        foreach (var fault in Snapshot())
        {
            fault.Dispose();
        }
    }

    private HeldTraffic? HoldOf(ProxyDirection direction)
    {
        lock (_lock)
        {
            return _holds.Find(hold => hold.Direction == direction);
        }
    }

    private ProxyFault[] Snapshot()
    {
        lock (_lock)
        {
            return [.. _faults];
        }
    }
}
