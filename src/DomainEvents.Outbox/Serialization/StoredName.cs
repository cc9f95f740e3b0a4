namespace DomainEvents.Outbox;

/// <summary>The names of events and handlers, which outlive the process: any database is to keep them as they are, in an index too.</summary>
internal static class StoredName
{
    public static bool Fits(string name, int longest) => name.Length <= longest && !name.Any(char.IsControl) && !name.Any(char.IsSurrogate);
}
