using System.Text.RegularExpressions;

namespace DomainEvents.Architecture.Docs;

/// <summary>Code that is compiled: the regions of one name in one file, each un-indented, joined by a blank line.</summary>
internal sealed partial record Snippet(string Name, string File, string Text)
{
    /// <summary>All snippets of a file, nested ones too.</summary>
    public static IEnumerable<Snippet> In(string file, string[] lines)
    {
        List<(string Name, List<string> Lines)> pieces = [];
        Stack<(string Name, List<string> Lines)> open = [];
        foreach (var line in lines)
        {
            if (Region().Match(line) is { Success: true } region)
            {
                open.Push((region.Groups["name"].Value.Trim(), []));
                pieces.Add(open.Peek());
            }
            else if (line.TrimStart().StartsWith("#endregion", StringComparison.Ordinal))
            {
                if (!open.TryPop(out _))
                {
                    throw new FormatException($"{file}: #endregion without #region.");
                }
            }
            else if (!line.TrimStart().StartsWith("#pragma", StringComparison.Ordinal))
            {
                foreach (var (_, piece) in open)
                {
                    piece.Add(line);
                }
            }
        }

        return open.Count == 0
            ? pieces.GroupBy(piece => piece.Name)
                .Select(group => new Snippet(group.Key, file, string.Join("\n\n", group.Select(piece => Normalized(piece.Lines)))))
            : throw new FormatException($"{file}: #region {open.Peek().Name} has no #endregion.");
    }

    /// <summary>Without common indentation, trailing spaces, and blank lines around it.</summary>
    public static string Normalized(IEnumerable<string> lines)
    {
        var trimmed = lines.Select(line => line.TrimEnd()).ToArray();
        var indentation = trimmed.Where(line => line.Length > 0).Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty().Min();
        return string.Join('\n', trimmed.Select(line => line.Length == 0 ? line : line[indentation..])).Trim('\n');
    }

    [GeneratedRegex(@"^\s*#region\s+(?<name>.+)$")]
    private static partial Regex Region();
}
