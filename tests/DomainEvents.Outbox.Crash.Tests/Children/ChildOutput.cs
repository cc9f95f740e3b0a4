namespace DomainEvents.Outbox.Crash.Tests.Children;

/// <summary>The lines that a child says, to be waited for. Thread-safe.</summary>
internal sealed class ChildOutput
{
    private readonly List<string> _lines = [];
    private readonly List<string> _unheard = [];
    private TaskCompletionSource _changed = New();
    private bool _hasEnded;

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public async Task ReadAsync(TextReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            Add(line);
        }

        Add(null);
    }

    /// <summary>The next line that begins so; <see langword="null"/> if none comes any more.</summary>
    public async Task<string?> NextAsync(string beginning)
    {
        while (true)
        {
            Task changed;
            lock (_lines)
            {
                var index = _unheard.FindIndex(line => line.StartsWith(beginning, StringComparison.Ordinal));
                if (index >= 0)
                {
                    var line = _unheard[index];
                    _unheard.RemoveAt(index);
                    return line;
                }

                if (_hasEnded)
                {
                    return null;
                }

                changed = _changed.Task;
            }

            await changed;
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Add(string? line)
    {
        lock (_lines)
        {
            if (line is null)
            {
                _hasEnded = true;
            }
            else
            {
                _lines.Add(line);
                _unheard.Add(line);
            }

            _changed.TrySetResult();
            _changed = New();
        }
    }
}
