namespace DomainEvents.Transactions.Model;

/// <summary>What happened while a program ran, in order. The model and the real thing must write the same one.</summary>
internal sealed class Journal
{
    private readonly List<string> _lines = [];

    public void Write(string line)
    {
        lock (_lines)
        {
            _lines.Add(line);
        }
    }

    public string[] Lines()
    {
        lock (_lines)
        {
            return [.. _lines];
        }
    }
}
