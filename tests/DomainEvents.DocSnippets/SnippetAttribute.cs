namespace DomainEvents.DocSnippets;

/// <summary>Makes a static method without parameters, which returns nothing or a task, runnable by a name.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SnippetAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}
