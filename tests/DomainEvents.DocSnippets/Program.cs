using System.Reflection;
using DomainEvents.DocSnippets;

// Runs one snippet by its name, so that a test can compare what it prints with what the documentation says it prints.
var snippets = typeof(SnippetAttribute).Assembly.GetTypes()
    .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
    .Where(method => method.IsDefined(typeof(SnippetAttribute)))
    .ToDictionary(method => method.GetCustomAttribute<SnippetAttribute>()!.Name);

if (args is not [var name] || !snippets.TryGetValue(name, out var snippet))
{
    Console.Error.WriteLine("Usage: dotnet DomainEvents.DocSnippets.dll <snippet>, where <snippet> is one of:");
    foreach (var known in snippets.Keys.Order(StringComparer.Ordinal))
    {
        Console.Error.WriteLine($"  {known}");
    }

    return 2;
}

if (snippet.Invoke(null, null) is Task running)
{
    await running;
}

return 0;
