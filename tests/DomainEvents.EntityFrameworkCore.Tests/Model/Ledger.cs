using System.Globalization;

namespace DomainEvents.EntityFrameworkCore.Tests.Model;

/// <summary>What happened to the events of one program. Thread-safe: handlers run in the background, too.</summary>
/// <param name="isCommittedAsync">Whether others see the evidence of an event.</param>
internal sealed class Ledger(Func<int, Task<bool>> isCommittedAsync)
{
    private readonly List<Happened> _published = [];
    private readonly HashSet<int> _prepared = [];
    private readonly HashSet<int> _refused = [];
    private readonly HashSet<int> _withheld = [];
    private readonly Dictionary<int, List<int>> _consequences = [];
    private readonly List<string> _wrong = [];
    private int _number;
    private int _stream;

    public int Published => _published.Count;

    public int NextNumber() => ++_number;

    public int NextStream() => ++_stream;

    /// <summary>A before-commit handler is called: whether it is for the first time.</summary>
    public bool Refuse(int number)
    {
        lock (_wrong)
        {
            _prepared.Remove(number);
            return _refused.Add(number);
        }
    }

    public void Prepared(int number)
    {
        lock (_wrong)
        {
            _prepared.Add(number);
        }
    }

    /// <summary>A before-commit handler publishes an event: the one must not be published without the other.</summary>
    public void Follows(int number, Happened cause)
    {
        lock (_wrong)
        {
            if (!_consequences.TryGetValue(cause.Number, out var consequences))
            {
                _consequences.Add(cause.Number, consequences = []);
            }

            consequences.Add(number);
        }
    }

    /// <summary>Events whose rows are committed, but which a transaction of events has rolled back.</summary>
    public void Withhold(IEnumerable<int> numbers) => _withheld.UnionWith(numbers);

    public void Expect(bool condition, string otherwise)
    {
        if (!condition)
        {
            Note(otherwise);
        }
    }

    public async ValueTask PublishedAsync(Happened domainEvent)
    {
        if (domainEvent.IsVisible && !await isCommittedAsync(domainEvent.Number))
        {
            Note($"{domainEvent} was published before its evidence was committed");
        }

        lock (_wrong)
        {
            if (domainEvent.IsHeld && !_prepared.Contains(domainEvent.Number))
            {
                _wrong.Add($"{domainEvent} was published although its before-commit handler did not run, or has refused it");
            }

            _published.Add(domainEvent);
        }
    }

    /// <summary>What is wrong at the end, given the evidence that others see; <see langword="null"/> if nothing is.</summary>
    public string? Verdict(IReadOnlyCollection<int> evidence)
    {
        lock (_wrong)
        {
            var owed = evidence.Except(_withheld).ToArray();
            var published = _published.ConvertAll(domainEvent => domainEvent.Number);
            Report("lost", owed.Except(published));
            Report("phantom", published.Except(owed));
            Report(
                "published without what its before-commit handler published",
                published.Where(number => _consequences.TryGetValue(number, out var all) && !all.Intersect(published).Any()));
            Report("published more than once", published.GroupBy(number => number).Where(group => group.Count() > 1).Select(group => group.Key));
            foreach (var stream in _published.GroupBy(domainEvent => domainEvent.Stream, domainEvent => domainEvent.Number))
            {
                if (!stream.SequenceEqual(stream.Order()))
                {
                    Report($"out of order in stream {stream.Key}", stream);
                }
            }

            return _wrong.Count == 0 ? null : string.Join(Environment.NewLine, _wrong);
        }
    }

    private void Report(string what, IEnumerable<int> numbers)
    {
        var listed = string.Join(' ', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));
        if (listed.Length > 0)
        {
            _wrong.Add($"{what}: {listed}");
        }
    }

    private void Note(string wrong)
    {
        lock (_wrong)
        {
            _wrong.Add(wrong);
        }
    }
}
