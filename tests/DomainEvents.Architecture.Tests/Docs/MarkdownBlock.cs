using System.Text.RegularExpressions;

namespace DomainEvents.Architecture.Docs;

/// <summary>A fenced block of a page, with the markers that stand directly before it.</summary>
/// <param name="Place">File and line, for messages.</param>
/// <param name="Language">What stands behind the fence; null for markers that no block follows.</param>
/// <param name="Snippet">The name in <c>&lt;!-- snippet: name --&gt;</c>.</param>
/// <param name="Output">The name in <c>&lt;!-- output: name --&gt;</c>.</param>
/// <param name="Text">The lines between the fences, without common indentation.</param>
internal sealed partial record MarkdownBlock(string Place, string? Language, string? Snippet, string? Output, string Text)
{
    public bool IsCSharp => Language?.ToUpperInvariant() is "CSHARP" or "CS" or "C#";

    public static IEnumerable<MarkdownBlock> In(string file, string[] lines)
    {
        List<Match> markers = [];
        var markedAt = 0;
        for (var i = 0; i < lines.Length; i++)
        {
            if (Markers().IsMatch(lines[i]))
            {
                markedAt = i;
                markers.AddRange(Marker().Matches(lines[i]));
            }
            else if (Fence().Match(lines[i]) is { Success: true } fence)
            {
                var start = i;
                var end = Array.FindIndex(lines, start + 1, line => IsEndOf(fence.Groups["fence"].Value, line));
                i = end < 0 ? lines.Length : end;
                var text = Architecture.Docs.Snippet.Normalized(lines[(start + 1)..i]);
                yield return new($"{file}:{start + 1}", fence.Groups["language"].Value, NameIn("snippet"), NameIn("output"), text);
                markers.Clear();
            }
            else if (!string.IsNullOrWhiteSpace(lines[i]))
            {
                if (markers.Count > 0)
                {
                    yield return new($"{file}:{markedAt + 1}", null, NameIn("snippet"), NameIn("output"), "");
                }

                markers.Clear();
            }
        }

        if (markers.Count > 0)
        {
            yield return new($"{file}:{markedAt + 1}", null, NameIn("snippet"), NameIn("output"), "");
        }

        string? NameIn(string kind) => markers.Find(marker => marker.Groups["kind"].Value == kind)?.Groups["name"].Value;
    }

    private static bool IsEndOf(string fence, string line) =>
        line.Trim() is var trimmed && trimmed.StartsWith(fence, StringComparison.Ordinal) && trimmed.All(character => character == fence[0]);

    [GeneratedRegex(@"^\s*(?<fence>`{3,}|~{3,})\s*(?<language>[^\s`]*)")]
    private static partial Regex Fence();

    /// <summary>A line of nothing but comments.</summary>
    [GeneratedRegex(@"^\s*(<!--((?!-->).)*-->\s*)+$")]
    private static partial Regex Markers();

    [GeneratedRegex(@"<!--\s*(?<kind>snippet|output):\s*(?<name>[\w.-]+)\s*-->")]
    private static partial Regex Marker();
}
