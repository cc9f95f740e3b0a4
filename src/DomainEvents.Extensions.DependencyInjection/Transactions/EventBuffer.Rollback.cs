namespace DomainEvents.Transactions;

/// <content>What was done behind a place is undone, or, after all, is not.</content>
internal sealed partial class EventBuffer
{
    /// <summary>Takes out what a transaction registered after a place in the order, or all of it, and returns it.</summary>
    public List<BufferEntry> Discard(EventTransaction owner, long after = -1, bool keepsStored = false)
    {
        lock (_entries)
        {
            // 0 is a place, too: a savepoint before anything was registered.
            if (after >= 0)
            {
                ReadSources();
            }

            bool IsDiscarded(EventTransaction by, long sequence) => sequence > after && by.IsWithin(owner);
            _sources.RemoveAll(source => IsDiscarded(source.Owner, source.Sequence));
            var discarded = _entries.FindAll(entry =>
                IsDiscarded(entry.Owner, entry.Sequence) && !entry.IsCommitted && !(keepsStored && entry.IsStored));
            foreach (var entry in discarded)
            {
                entry.Discarded = true;
                if (entry.Event is { } domainEvent)
                {
                    _events.Remove(domainEvent.EventId);
                    (_withdrawn ??= new(ReferenceEqualityComparer.Instance)).Add(domainEvent);
                }
            }

            _entries.RemoveAll(entry => entry.Discarded);
            _fresh.RemoveAll(entry => entry.Discarded);
            if (after >= 0)
            {
                RefreshSince(owner, after);
            }

            if (_sources.Count == 0)
            {
                _withdrawn = null; // nobody shows them any more
            }

            return discarded;
        }
    }

    /// <summary>What a transaction registered, or before-commit handlers took, after a place in the order.</summary>
    public List<BufferEntry> Since(EventTransaction owner, long after)
    {
        lock (_entries)
        {
            return _entries.FindAll(entry => Math.Max(entry.Sequence, entry.TakenAt) > after && entry.Owner.IsWithin(owner));
        }
    }

    /// <summary>Holds again what it held before it was discarded; before-commit handlers need not take it again.</summary>
    public void Restore(EventTransaction owner, IEnumerable<BufferEntry> since)
    {
        lock (_entries)
        {
            ThrowIfClosed(owner);
            foreach (var entry in since)
            {
                var restored = entry;
                if (entry.Discarded)
                {
                    restored = new BufferEntry(++_sequence, owner)
                    {
                        Event = entry.Event,
                        Source = entry.Source,
                        SourceType = entry.SourceType,
                        Identity = entry.Identity,
                        Callback = entry.Callback,
                    };
                    _entries.Add(restored);
                    Restore(restored);
                }

                restored.TakenAt = ++_sequence;
                restored.StoredAt = entry.IsStored ? _sequence : 0;
                _fresh.Remove(restored);
            }
        }
    }

    private void Restore(BufferEntry entry)
    {
        if (entry.Event is { } domainEvent)
        {
            _events[domainEvent.EventId] = entry;
            _withdrawn?.Remove(domainEvent);
        }
    }

    /// <summary>
    /// What was done with older events behind a place is undone: those that before-commit handlers saw there they see again, and
    /// what was stored there is not stored.
    /// </summary>
    private void RefreshSince(EventTransaction owner, long after)
    {
        foreach (var entry in _entries.Where(entry => !entry.IsCommitted && entry.Owner.IsWithin(owner)))
        {
            entry.StoredAt = entry.StoredAt > after ? 0 : entry.StoredAt;
            if (entry.TakenAt > after)
            {
                entry.TakenAt = 0;
                _fresh.Add(entry);
            }
        }

        _fresh.Sort((one, other) => one.Sequence.CompareTo(other.Sequence));
    }
}
